/* Browsers older than modules: load the waiting page again, as without script. */
setTimeout(function () { location.reload() }, 3000)
