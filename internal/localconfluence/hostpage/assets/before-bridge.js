// connect-host.js expects the jQuery that AUI was given, and a place where the
// product has put its dialog modules; this app has none.
window.AJS.$ = window.AJS.$ || window.jQuery;
window._AP = { dialogModules: {} };
