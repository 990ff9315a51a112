/* A date typed in the "As at" control counts when its calendar closes. Enter closes it, as Escape does.
   The control does not pass its keys on, so this catches Enter on the way in. */
document.addEventListener("keydown", closeOnEnter, { capture: true });

function closeOnEnter(event) {
  if (event.key !== "Enter" || !event.target.closest(".st-key-as_at [role=spinbutton]")) return;
  event.preventDefault();
  event.target.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
}

export default function nothing() {}
