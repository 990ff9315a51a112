/* Where a form says what came of a save: a live region that is on the page before there is anything to say.
   Words are put in as text, never as markup. */

export default function said({ data, parentElement }) {
  tie(parentElement, data.faults);
  const saved = parentElement.querySelector("[role=status]");
  const refused = parentElement.querySelector(".refused");
  if (saved.dataset.turn === String(data.turn)) return;
  saved.dataset.turn = data.turn;
  saved.replaceChildren();
  refused.replaceChildren();
  if (!data.words) return;
  const message = document.createElement("div");
  const words = document.createElement("p");
  words.textContent = data.words;
  message.append(words);
  message.tabIndex = -1;
  message.className = data.kind === "done" ? "done" : "banner refusal";
  if (data.kind !== "done") message.setAttribute("role", "alert");
  (data.kind === "done" ? saved : refused).append(message);
  message.focus();
  stayInView(message);
}

/* The form above a message goes when it was saved, and the page moves: keep the message in view until the reader acts. */
function stayInView(message) {
  const moved = new ResizeObserver(() => message.scrollIntoView({ block: "nearest" }));
  moved.observe(document.querySelector("[data-testid=stMainBlockContainer]"));
  for (const act of ["keydown", "pointerdown", "wheel", "touchstart"]) {
    document.addEventListener(act, () => moved.disconnect(), { once: true, capture: true, passive: true });
  }
}

/* Say of each field what is wrong with it, by the id of the words below it. */
function tie(region, faults) {
  for (const field of region.tied ?? []) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  region.tied = [];
  for (const [label, id] of Object.entries(faults)) {
    for (const field of document.querySelectorAll("input, textarea")) {
      if (field.getAttribute("aria-label") !== label) continue;
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", id);
      region.tied.push(field);
    }
  }
}
