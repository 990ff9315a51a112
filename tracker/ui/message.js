/* The message of a form about its last button: a live region that is on the page before there is a message.
   Words are inserted as text, never as markup. */

export default function show({ data, parentElement }) {
  tie(parentElement, data.faults);
  const saved = parentElement.querySelector("[role=status]");
  const refused = parentElement.querySelector(".refused");
  const shows = JSON.stringify([data.words, data.problems]);
  const isNew = data.turn > 0 && saved.dataset.turn !== String(data.turn);
  if (!isNew && saved.dataset.shows === shows) return;
  saved.dataset.turn = data.turn;
  saved.dataset.shows = shows;
  saved.replaceChildren();
  refused.replaceChildren();
  if (!data.words) return;
  const message = data.kind === "done" ? done(data) : problem(data);
  (data.kind === "done" ? saved : refused).append(message);
  if (!isNew) return;
  if (data.kind !== "done") message.setAttribute("role", "alert");
  message.tabIndex = -1;
  message.focus();
  stayInView(message);
}

function done({ words }) {
  const message = document.createElement("div");
  message.className = "done";
  message.append(line("p", words));
  return message;
}

/* The error summary of the GOV.UK Design System: each problem links to its field. */
function problem({ words, problems }) {
  const message = document.createElement("div");
  message.className = "banner refusal";
  message.append(line("h3", "There is a problem"), line("p", words));
  if (!problems.length) return message;
  const list = document.createElement("ul");
  for (const one of problems) {
    const item = document.createElement("li");
    item.append(one.id ? link(one) : one.words);
    list.append(item);
  }
  message.append(list);
  return message;
}

function line(tag, words) {
  const element = document.createElement(tag);
  element.textContent = words;
  return element;
}

function link({ words, key, id }) {
  const element = line("a", words);
  element.href = `#${id}`;
  element.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById(id)?.scrollIntoView({ block: "start" });
    controls(key)[0]?.focus({ preventScroll: true });
  });
  return element;
}

/* The controls of a field; Streamlit marks it with a class made from its key. */
function controls(key) {
  const field = document.querySelector(`.st-key-${key.trim().replaceAll(/[^a-zA-Z0-9_-]/g, "-")}`);
  return [...(field?.querySelectorAll("input:not([type=hidden], [aria-hidden] *), textarea, [role=spinbutton]") ?? [])];
}

/* After a save the fields below a message go and the page moves: keep the message in view until the reader acts. */
function stayInView(message) {
  const moved = new ResizeObserver(() => message.scrollIntoView({ block: "nearest" }));
  moved.observe(document.querySelector("[data-testid=stMainBlockContainer]"));
  for (const act of ["keydown", "pointerdown", "wheel", "touchstart"]) {
    document.addEventListener(act, () => moved.disconnect(), { once: true, capture: true, passive: true });
  }
}

/* Tie each field to the words above it that say what is wrong. */
function tie(region, faults) {
  for (const field of region.tied ?? []) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  region.tied = [];
  for (const [key, id] of Object.entries(faults)) {
    for (const field of controls(key)) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", id);
      region.tied.push(field);
    }
  }
}
