// Questions to the game. Each is answered between two ticks, with copies.

/** A question without an answer, with the reason as the program puts it. Status 0: the program of this page is gone. */
export class Problem extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }

  /** Whether the same question may have an answer later. */
  get mayPass() {
    return this.status === 0 || this.status >= 500;
  }
}

let onAnswer = () => {};
let onTrouble = () => {};
/** What the last look of each poll has failed with. */
const troubles = new Map();

/** Calls `listener` after each answer with `live`, `failing` if the program cannot answer now, or `gone`. */
export function onConnection(listener) {
  onAnswer = listener;
}

/** Calls `listener` with the messages of everything that is polled and fails now, each once. */
export function onTroubles(listener) {
  onTrouble = listener;
}

function trouble(poll, message) {
  if (troubles.get(poll) === message) return;
  if (message === undefined) troubles.delete(poll);
  else troubles.set(poll, message);
  onTrouble([...new Set(troubles.values())]);
}

/** The answer, or null where it is none of the inspector's. */
async function answerOf(response) {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function read(path, options) {
  let response;
  let answer;
  try {
    response = await fetch(path, { credentials: "omit", ...options });
    answer = await answerOf(response);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    onAnswer("gone");
    throw new Problem("The program does not run any more, or its inspector is closed.", 0);
  }
  // Without the token of this page every path is a 404, and in words, not in JSON.
  if (answer === null && (response.ok || response.status === 404 || response.status === 421)) {
    onAnswer("gone");
    throw new Problem("Another program answers here, or the same one after a restart: open the address that it has printed.", 0);
  }
  onAnswer(response.status < 500 ? "live" : "failing");
  if (!response.ok) {
    throw new Problem(answer?.error ?? response.statusText, response.status);
  }
  return answer;
}

/** Asks one question. Parameters that are null or undefined are left out. */
export function ask(name, parameters = {}, signal) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined);
  return read(`api/${name}?${new URLSearchParams(given)}`, { signal });
}

/** Asks a question that may take many ticks, and calls `onPart` with each part of the answer. */
export async function askInParts(name, parameters, signal, onPart) {
  let answer = await ask(name, parameters, signal);
  onPart(answer);
  while (answer.job !== undefined) {
    answer = await ask("continue", { job: answer.job }, signal);
    onPart(answer);
  }
}

/** Writes one value. */
export function edit(change) {
  return read("api/edit", {
    method: "POST",
    headers: { "content-type": "application/json", "x-gamedb-inspect": "1" },
    body: JSON.stringify(change),
  });
}

/**
 * Calls `look` again and again until `signal` ends it, and not while nobody sees the page. What the program cannot answer
 * now is shown until it can; what it never will ends the view.
 */
export async function poll(milliseconds, signal, look) {
  const own = {};
  try {
    while (!signal.aborted) {
      if (!document.hidden) {
        try {
          await look();
          trouble(own, undefined);
        } catch (error) {
          if (error.name === "AbortError") return;
          if (!(error instanceof Problem) || !error.mayPass) throw error;
          if (!signal.aborted) trouble(own, error.message);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
  } finally {
    trouble(own, undefined);
  }
}
