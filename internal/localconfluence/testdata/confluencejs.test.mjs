// Drives the local Confluence with npm confluence.js, which holds every answer
// against schemas of its own. Usage: node confluencejs.test.mjs ORIGIN
import assert from 'node:assert/strict';

const { createV1Client, createV2Client, RateLimitError, NotFoundError, ForbiddenError } =
  await import(new URL('../../../static/node_modules/confluence.js/dist/index.js', import.meta.url));

const host = process.argv[2];
const as = (name) => ({ host, auth: { type: 'basic', email: `${name}@example.com`, apiToken: name } });
const v1 = createV1Client(as('editor'));
const v2 = createV2Client(as('editor'));
const control = async (path, body) => {
  const answer = await fetch(host + '/control/' + path, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200, path);
};

const spaces = await v2.space.getSpaces({ keys: ['CAFE'] });
const space = spaces.results[0];
assert.equal(space.key, 'CAFE');
assert.equal((await v2.space.getSpaceById({ id: Number(space.id) })).id, space.id);

const pages = await v2.page.getPagesInSpace({ id: Number(space.id), limit: 250 });
const byTitle = (title) => pages.results.find((page) => page.title === title);
const opening = byTitle('Opening the café');
const id = opening.id;
assert.equal(typeof id, 'string');

const page = await v2.page.getPageById({ id: Number(id), bodyFormat: 'storage', includeLabels: true, includeOperations: true });
assert.match(page.body.storage.value, /labelup-labels/);
assert.equal(page.labels.results.length, 4);
assert.equal(page.title, 'Opening the café');
assert.equal(page.version.number, 3);
const cut = byTitle('Power cut on the quay');
const read = await v2.page.getPageById({ id: Number(cut.id), bodyFormat: 'atlas_doc_format', includeLabels: true, includeVersion: true });
assert.equal(JSON.parse(read.body.atlas_doc_format.value).type, 'doc');
assert.equal(read.parentType, 'page');

// Labels: added over v1, read back over v2.
const added = await v1.contentLabels.addLabelsToContent({ id, body: [{ prefix: 'global', name: 'Two Words' }] });
assert.ok(added.results.some((label) => label.name === 'two'));
const labels = await v2.label.getPageLabels({ id: Number(id), limit: 50 });
assert.deepEqual(labels.results.map((label) => label.name), ['opening', 'checklist', 'team-bar', 'daily', 'two', 'words']);
await v1.contentLabels.removeLabelFromContentUsingQueryParameter({ id, name: 'two' });
await v1.contentLabels.removeLabelFromContent({ id, label: 'words' });
await v1.contentLabels.removeLabelFromContentUsingQueryParameter({ id, name: 'never-there' });
assert.equal((await v2.label.getPageLabels({ id: Number(id) })).results.length, 4);

const site = await v2.label.getLabels({ limit: 5 });
assert.equal(site.results.length, 5);
assert.match(site._links.next, /cursor=/);
const info = await v1.labelInfo.getAllLabelContent({ name: 'equipment' });
assert.equal(info.label.name, 'equipment');
assert.equal(info.associatedContents.results.length, 2);
const labelled = await v2.page.getLabelPages({ id: Number(info.label.id) });
assert.equal(labelled.results.length, 2);
const post = (await v1.search.searchByCQL({ cql: 'type = blogpost' })).results[0];
assert.equal(post.title, 'A new roof over the pier');
assert.deepEqual((await v2.label.getBlogPostLabels({ id: Number(post.content.id) })).results.map((label) => label.name), ['news', 'terrace']);
assert.ok((await v2.label.getSpaceContentLabels({ id: Number(space.id) })).results.length > 0);
assert.deepEqual((await v2.label.getSpaceLabels({ id: Number(space.id) })).results, []);

// Search.
const found = await v1.content.searchContentByCQL({ cql: 'label = "equipment" order by title', expand: ['metadata.labels'] });
assert.deepEqual(found.results.map((content) => content.title), ['Grinder settings', 'When the machine is down']);
const neighbours = await v1.content.searchContentByCQL({
  cql: 'space = "CAFE" and type in (page, blogpost) and (title ~ "gaskets" or text ~ "portafilter")', expand: ['metadata.labels', 'body.storage', 'history'], limit: 25,
});
assert.equal(neighbours.results[0].title, 'Group head gaskets');
assert.match(neighbours.results[0].body.storage.value, /portafilter/);
assert.ok(Date.parse(neighbours.results[0].history.createdDate) > 0);

// Templates.
await control('templates', { space: 'CAFE', name: 'Recipe', storage: '<p>Mix.</p>', labels: ['recipe'] });
const templates = await v1.template.getContentTemplates({ spaceKey: 'CAFE', expand: ['body'] });
assert.deepEqual(templates.results.map(({ name, labels, body }) => [name, labels.map((label) => label.name), body.storage.value]), [['Recipe', ['recipe'], '<p>Mix.</p>']]);
assert.deepEqual((await v1.labelInfo.getAllLabelContent({ name: 'recipe', type: 'page_template' })).associatedContents.results.map(({ title }) => title), ['Recipe']);

// The tree.
const child = byTitle('Grinder settings');
assert.equal((await v2.ancestors.getPageAncestors({ id: Number(child.id) })).results.at(-1).id, id);
assert.equal((await v2.children.getPageDirectChildren({ id: Number(id) })).results.length, 2);
assert.equal((await v2.descendants.getPageDescendants({ id: Number(id) })).results.length, 2);

// Who may do what.
const me = await v1.users.getCurrentUser();
assert.equal(me.displayName, 'Edda Torres');
const check = await v1.contentPermissions.checkContentPermission({
  id, subject: { type: 'user', identifier: me.accountId }, operation: 'update',
});
assert.equal(check.hasPermission, true);
const operations = await v2.operation.getPageOperations({ id: Number(id) });
assert.ok(operations.operations.some((one) => one.operation === 'update' && one.targetType === 'page'));
const viewer = createV1Client(as('viewer'));
await assert.rejects(viewer.contentLabels.addLabelsToContent({ id, body: [{ prefix: 'global', name: 'x' }] }), (error) => error instanceof ForbiddenError);
const wages = byTitle('Wages and rota');
await assert.rejects(createV2Client(as('viewer')).label.getPageLabels({ id: Number(wages.id) }), (error) => error instanceof NotFoundError);
await assert.rejects(v1.contentLabels.addLabelsToContent({ id, body: [{ prefix: 'global', name: 'a,b' }] }), (error) => error.status === 400);

// Properties and versions.
const property = await v2.contentProperties.createPageProperty({ pageId: Number(id), key: 'labelup', value: { a: 1 } });
const update = (number) => v2.contentProperties.updatePagePropertyById({
  pageId: Number(id), propertyId: Number(property.id), key: 'labelup', value: 2, version: { number },
});
assert.equal((await update(2)).version.number, 2);
await assert.rejects(update(2), (error) => error.status === 409);
assert.equal((await v2.contentProperties.getPageContentProperties({ pageId: Number(id), key: 'labelup' })).results[0].value, 2);
const vocabulary = await v2.spaceProperties.getSpaceProperties({ spaceId: Number(space.id), key: 'labelup_vocabulary' });
assert.equal(vocabulary.results[0].value.mode, 'free');
await v2.contentProperties.deletePagePropertyById({ pageId: Number(id), propertyId: Number(property.id) });
const made = await v2.page.createPage({
  body: { spaceId: space.id, status: 'current', title: 'From confluence.js', body: { representation: 'storage', value: '<p>Hello</p>' } },
});
assert.equal(made.parentId, space.homepageId);
const edit = (number) => v2.page.updatePage({
  id: Number(made.id),
  body: { id: made.id, status: 'current', title: 'Edited', body: { representation: 'storage', value: '<p>Bye</p>' }, version: { number } },
});
assert.equal((await edit(2)).version.number, 2);
await assert.rejects(edit(2), (error) => error.status === 409);

const roof = await v2.blogPost.getBlogPostById({ id: Number(post.content.id), bodyFormat: 'storage', includeVersion: true });
const editPost = (number) => v2.blogPost.updateBlogPost({
  id: Number(roof.id),
  body: { id: roof.id, status: 'current', title: roof.title, body: roof.body.storage, version: { number, message: 'Again' } },
});
assert.equal((await editPost(roof.version.number + 1)).version.message, 'Again');
await assert.rejects(editPost(roof.version.number + 1), (error) => error.status === 409);
const posts = await v2.blogPost.getBlogPostsInSpace({ id: Number(space.id), bodyFormat: 'storage', status: ['current'] });
assert.equal(posts.results.find(({ id }) => id === roof.id).body.storage.value, roof.body.storage.value);

// Macros, and trouble.
const macro = await v1.contentMacroBody.getMacroBodyByMacroId({ id: child.id, version: 0, macroId: '4d6163726f-0000-4000-8000-000000000002' });
assert.equal(macro.name, 'labelup-labels');
await control('misbehave', { kind: '429-burst', count: 1, path: '/wiki/api/v2/labels' });
await assert.rejects(v2.label.getLabels({ limit: 5 }), (error) => error instanceof RateLimitError);
console.log('done');
