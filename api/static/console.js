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
    event.preventDefault();
  }
});
// A page that shows a worker's progress loads anew until the result is there.
document.addEventListener("DOMContentLoaded", function () {
  var progress = document.querySelector("[data-reload]");
  if (progress) setTimeout(function () { location.reload(); }, Number(progress.getAttribute("data-reload")));
});
// A photo is gone when its time is over; until then the page counts the seconds.
document.addEventListener("DOMContentLoaded", function () {
  var shown = document.querySelector("[data-closes]");
  if (!shown) return;
  var left = Number(shown.getAttribute("data-closes"));
  setInterval(function () {
    left -= 1;
    shown.querySelector("strong").textContent = Math.max(left, 0);
    if (left <= 0) location.replace(shown.getAttribute("data-then"));
  }, 1000);
});
// Of some boxes at least one must be ticked; the browser says so at the first.
document.addEventListener("DOMContentLoaded", function () {
  Array.prototype.forEach.call(document.querySelectorAll("[data-some]"), function (group) {
    var boxes = Array.prototype.slice.call(group.querySelectorAll("input[type=checkbox]"));
    function judge() {
      boxes[0].setCustomValidity(boxes.some(function (box) { return box.checked; }) ? "" : "请至少选一项");
    }
    group.addEventListener("change", judge);
    judge();
  });
});
// Back to the form that was refused.
document.addEventListener("DOMContentLoaded", function () {
  var back = document.querySelector("[data-back]");
  if (!back || history.length < 2) return;
  back.hidden = false;
  back.addEventListener("click", function () { history.back(); });
});
