package aws

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	transfertypes "github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"

	"labelup/internal/backup"
)

var bucketPatience = patience{
	attempts: 4, backoff: 5 * time.Second,
	connect: 5 * time.Second, firstByte: time.Minute, silence: time.Minute,
}

const (
	// partSize is the smallest that S3 takes; with at most 10,000 parts, an
	// object has up to 48 GiB. An upload holds about five parts in memory.
	partSize = 5 << 20
	// partsAtOnce is how many parts are sent at the same time.
	partsAtOnce = 2
	// abortTime is how long removing the parts of a failed upload may take,
	// even when the caller has given up.
	abortTime = 20 * time.Second
)

// Bucket is the part of an S3 bucket whose names begin with a prefix. The names
// that its methods take and give are without the prefix. Their errors are
// *Error, unless said otherwise.
type Bucket struct {
	client   *s3.Client
	transfer *transfermanager.Client
	bucket   string
	prefix   string
}

var _ backup.Bucket = (*Bucket)(nil)

// NewBucket is for a bucket that exists. The prefix is put before every name as
// it is; "backups/" is one, and so is nothing. It calls nobody.
func NewBucket(settings Settings, bucket, prefix string) *Bucket {
	return newBucket(settings, bucket, prefix, bucketPatience)
}

func newBucket(settings Settings, bucket, prefix string, patience patience) *Bucket {
	config := settings.config(settings.S3Endpoint, patience)
	client := s3.NewFromConfig(config, func(o *s3.Options) {
		o.UsePathStyle = config.BaseEndpoint != nil // only Amazon has a host name for each bucket
	})
	return &Bucket{
		client: client,
		transfer: transfermanager.New(quiet{client}, func(o *transfermanager.Options) {
			o.PartSizeBytes, o.MultipartUploadThreshold = partSize, partSize
			o.Concurrency = partsAtOnce
			o.FailTimeout = abortTime
			o.ChecksumAlgorithm = transfertypes.ChecksumAlgorithmCrc32
		}),
		bucket: bucket,
		prefix: prefix,
	}
}

// Put writes an object from a stream of any length. The object is there whole
// once Put returns nil; before that, and if it fails, there is what was there
// before. (After a failure of the very last step it may be there whole all the
// same.) Every part has a checksum that S3 checks.
//
// What a failed upload had already sent is removed, within 20 s and even when
// ctx has ended. Only if S3 cannot be reached for that either, or the process
// is killed, parts stay behind unseen: a lifecycle rule of the bucket
// (AbortIncompleteMultipartUpload) is what clears those away.
//
// An error of body is returned as it is. Put does not return while body blocks.
func (b *Bucket) Put(ctx context.Context, name string, body io.Reader) error {
	source := &reader{Reader: body}
	var completion error
	_, err := b.transfer.UploadObject(context.WithValue(ctx, completionError{}, &completion), &transfermanager.UploadObjectInput{
		Bucket: &b.bucket, Key: b.key(name), Body: source,
		ChecksumType: transfertypes.ChecksumTypeFullObject,
	})
	switch {
	case err == nil:
		return leave("s3_put_complete", completion)
	case source.failure != nil:
		return source.failure
	default:
		return leave("s3_put", err)
	}
}

// reader remembers why its source failed. Being no io.Seeker, it is never
// asked for its length.
type reader struct {
	io.Reader
	failure error
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.failure = err
	}
	return n, err
}

// quiet is the client as the transfer manager sees it. The transfer manager
// writes a failure to complete an upload to the standard logger, and one to
// abort it into an error that only has a text. So it is told of neither:
// Observe is, and Put.
type quiet struct{ *s3.Client }

// completionError is the context key of the *error that Put waits for.
type completionError struct{}

// CompleteMultipartUpload always succeeds, and aborts what it could not complete.
func (q quiet) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput, options ...func(*s3.Options)) (*s3.CompleteMultipartUploadOutput, error) {
	out, err := q.Client.CompleteMultipartUpload(ctx, in, options...)
	if err == nil {
		return out, nil
	}
	if completion, ok := ctx.Value(completionError{}).(*error); ok {
		*completion = err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTime)
	defer cancel()
	_, _ = q.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: in.Bucket, Key: in.Key, UploadId: in.UploadId}, options...)
	return &s3.CompleteMultipartUploadOutput{}, nil
}

// AbortMultipartUpload always succeeds: the upload has failed already.
func (q quiet) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput, options ...func(*s3.Options)) (*s3.AbortMultipartUploadOutput, error) {
	_, _ = q.Client.AbortMultipartUpload(ctx, in, options...)
	return &s3.AbortMultipartUploadOutput{}, nil
}

// Get streams an object. Reading it ends with io.EOF only if every byte has
// come, and the checksum that S3 has of it is right. The caller closes it. An
// object that is not there is an error that is fs.ErrNotExist.
func (b *Bucket) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	out, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.bucket, Key: b.key(name)})
	if err != nil {
		return nil, leave("s3_get", err)
	}
	content := &content{body: out.Body, metadata: out.ResultMetadata, left: -1}
	if out.ContentLength != nil {
		content.left = *out.ContentLength
	}
	return content, nil
}

// content is an object on its way.
type content struct {
	body     io.ReadCloser
	metadata middleware.Metadata
	left     int64 // bytes still to come; -1 if S3 did not say
	result   error // of the read that ended it
}

func (c *content) Read(p []byte) (int, error) {
	if c.result != nil {
		return 0, c.result
	}
	n, err := c.body.Read(p)
	if c.left >= 0 {
		c.left = max(0, c.left-int64(n))
	}
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF):
		c.end(err)
	case c.left != 0: // cut off, or of a length that nobody can check
		c.end(io.ErrUnexpectedEOF)
	default:
		c.end(nil)
	}
	return n, c.result
}

// Close may come at any time. Reading on after it is an error, never an end.
func (c *content) Close() error {
	if c.result == nil {
		c.end(nil)
		c.result = fs.ErrClosed
	}
	_ = c.body.Close() // nothing is waiting to be written
	return nil
}

func (c *content) end(failure error) {
	c.result = io.EOF
	if failure != nil {
		c.result = &Error{"s3_get", classOf(failure)}
	}
	if end, ok := c.metadata.Get(endOfCall{}).(func(error)); ok {
		end(failure)
	}
}

// List lists all objects, ordered by name.
func (b *Bucket) List(ctx context.Context) ([]backup.Object, error) {
	var objects []backup.Object
	pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.bucket, Prefix: &b.prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, leave("s3_list", err)
		}
		for _, found := range page.Contents {
			if found.Key == nil || found.Size == nil {
				return nil, &Error{"s3_list", Other}
			}
			objects = append(objects, backup.Object{Name: strings.TrimPrefix(*found.Key, b.prefix), Size: *found.Size})
		}
	}
	return objects, nil
}

// Delete removes an object. One that is not there is no error.
func (b *Bucket) Delete(ctx context.Context, name string) error {
	_, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.bucket, Key: b.key(name)})
	if classIs(err, NotFound) {
		return nil
	}
	return leave("s3_delete", err)
}

func (b *Bucket) key(name string) *string {
	key := b.prefix + name
	return &key
}
