// Questions to the game. Each is answered between two ticks, with copies.

/** A question without an answer, with the reason as the program puts it. */
export class Problem extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

let onAnswer = () => {};

/** Calls `listener` with true after each answer, and with false when the program is gone. */
export function onConnection(listener) {
  onAnswer = listener;
}

async function read(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "omit", ...options });
  } catch (error) {
    if (error.name !== "AbortError") {
      onAnswer(false);
      throw new Problem("The program does not run any more, or its inspector is closed.", 0);
    }
    throw error;
  }
  const answer = await response.json().catch(() => ({ error: response.statusText }));
  onAnswer(response.status !== 503);
  if (!response.ok) {
    throw new Problem(answer.error, response.status);
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

/** Calls `look` again and again until `signal` ends it, and not while nobody sees the page. */
export async function poll(milliseconds, signal, look) {
  while (!signal.aborted) {
    if (!document.hidden) {
      try {
        await look();
      } catch (error) {
        if (error.name === "AbortError") return;
        if (!(error instanceof Problem)) throw error;
        if (error.status !== 0 && error.status !== 503) throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
}
