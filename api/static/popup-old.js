/* Where the module cannot run, by age or by accident: load the waiting page again, as without script. */
setTimeout(function () {
  if (!document.documentElement.hasAttribute('data-live')) location.reload()
}, 3000)
