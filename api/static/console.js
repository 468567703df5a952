// Keys of the queue and of a case; they do nothing while somebody types.
document.addEventListener("keydown", function (event) {
  var at = document.activeElement;
  if (event.ctrlKey || event.metaKey || event.altKey || (at && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && !/^(radio|checkbox)$/.test(at.type))) return;
  var key = event.key.toLowerCase();
  var links = Array.prototype.slice.call(document.querySelectorAll("#queue a"));
  if ((key === "j" || key === "k") && links.length) {
    var next = links.indexOf(at) + (key === "j" ? 1 : -1);
    links[Math.max(0, Math.min(links.length - 1, next))].focus();
    event.preventDefault();
    return;
  }
  var target = document.querySelector('[data-key="' + key + '"]');
  if (target) {
    if (target.tagName === "DETAILS") { target.open = true; target = target.querySelector("input:not([type=hidden])"); }
    target.focus();
    if (target.type === "radio") target.checked = true;
    event.preventDefault();
  }
});
// A page that shows a worker's progress loads anew until the result is there.
document.addEventListener("DOMContentLoaded", function () {
  var progress = document.querySelector("[data-reload]");
  if (progress) setTimeout(function () { location.reload(); }, Number(progress.getAttribute("data-reload")));
});
