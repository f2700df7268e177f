// Accepts the invite whose secret stands behind the `#` of this page's link, and signs this browser tab in.
import { ask } from "./api.js";

const form = document.getElementById("join");
const nameField = document.getElementById("name");
const button = document.getElementById("accept");
const KEPT = "invite";

// What is kept until the server has answered: the secret, what was typed, and the retry key, so that accepting once more
// after a lost answer, even from a page opened anew, gives the same account instead of a used invite.
let invite = takeInvite();

function takeInvite() {
  const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  const secret = location.hash.slice(1);
  if (!secret) return kept;
  // Gone from the address bar, and with it from the history and from screenshots.
  history.replaceState(null, "", location.pathname);
  return secret === kept.secret ? kept : { secret, retryKey: randomKey(), name: kept.name ?? "" };
}

function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function keep(changes) {
  invite = { ...invite, ...changes };
  localStorage.setItem(KEPT, JSON.stringify(invite));
}

function tell(id, message) {
  const place = document.getElementById(id);
  place.textContent = message;
  place.hidden = !message;
  nameField.setAttribute("aria-invalid", String(!document.getElementById("name-wrong").hidden));
}

function show() {
  nameField.value = invite.name ?? "";
  tell("name-wrong", "");
  tell("told", "");
  offer(invite.secret, "There is no invite here");
  if (!invite.secret) tell("told", "This page needs the whole link of an invite, with the long code after the # sign. Please open that link again.");
}

// The form where there is an invite to accept, else the title that says that there is none.
function offer(usable, otherwise) {
  form.hidden = !usable;
  document.getElementById("welcome").hidden = !usable;
  document.getElementById("title").textContent = usable ? "You are invited" : otherwise;
}

function working(on) {
  button.setAttribute("aria-disabled", String(on));
  button.textContent = on ? "One moment…" : "Accept the invite";
}

function enter(token) {
  localStorage.removeItem(KEPT);
  sessionStorage.clear();
  sessionStorage.setItem("token", token);
  location.replace("graphql");
}

function refused({ code, message, field }) {
  if (field === "name") {
    tell("name-wrong", message);
    nameField.focus();
    return;
  }
  tell("told", message);
  if (code !== "EXPIRED") return;
  // The name stays for the next link.
  keep({ secret: undefined, retryKey: undefined });
  offer(false, "This invite is not good any more");
}

async function accept(event) {
  event.preventDefault();
  if (button.getAttribute("aria-disabled") === "true") return;
  tell("told", "");
  tell("name-wrong", "");
  if (!nameField.value.trim()) {
    refused({ message: "Please say your name.", field: "name" });
    return;
  }
  working(true);
  const { secret, retryKey } = invite;
  try {
    const { data, errors } = await ask("acceptInvite", { input: { secret, retryKey, name: nameField.value } });
    const problem = data?.acceptInvite.errors[0] ?? errors?.[0];
    if (problem) refused(problem);
    else enter(data.acceptInvite.token);
  } catch {
    tell("told", "The server does not answer. Nothing is lost: please try again.");
  }
  working(false);
}

show();
nameField.addEventListener("input", () => keep({ name: nameField.value }));
form.addEventListener("submit", accept);
// Another invite's link, opened in the same tab.
addEventListener("hashchange", () => {
  if (!location.hash.slice(1)) return;
  invite = takeInvite();
  keep({});
  show();
});
if (invite.secret) keep({});
