// Keeps the page fresh without losing the place, and makes the buttons do what they say.
const live = document.getElementById("live");

async function refresh() {
  const answer = await fetch(location.href);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
  if (fresh && fresh.innerHTML !== live.innerHTML && !live.contains(document.activeElement)) live.innerHTML = fresh.innerHTML;
}

live.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-post]");
  if (!button) return;
  await fetch(button.dataset.post, { method: "POST", body: button.dataset.body });
  button.blur();
  await refresh();
});

setInterval(() => refresh().catch(() => {}), 2000);
