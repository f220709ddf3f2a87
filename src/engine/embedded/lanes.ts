import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Token } from 'node-llama-cpp';
import { orAborted, throwIfAborted } from '../../base/abort.ts';
import { uniqueMark } from '../../base/unique-mark.ts';
import { commonLength, type Lane } from './lane.ts';

/**
 * Who works in which lane. A request goes where most of its prompt is already; when that lane is busy, or would lose more than the
 * request gains, it takes another one and the common beginning is copied there.
 */

/** Lanes of one context. */
export interface Deck {
  readonly lanes: readonly Lane[];
  dispose(): Promise<void>;
}

/** What the lanes are made with. */
export interface LanesOptions {
  /** A context with so many lanes. */
  openDeck(count: number): Promise<Deck>;
  /** The most requests at once. */
  readonly most: number;
  /** Memory of one lane. */
  readonly laneBytes: number;
  /** See {@link LoadOptions}. */
  takeMemory(bytes: number): boolean;
  /** A folder of the user's own, for states on their way from lane to lane. */
  readonly stateFolder: string;
}

/** See {@link createLanes}. */
export interface Lanes {
  /**
   * Runs work with a lane that holds as much of the prompt as could be had without evaluating it. Waits when all are taken. A request
   * that `isAlone` gets nothing from others: it must not depend on what they did.
   */
  use<T>(
    request: { readonly prompt: readonly Token[]; readonly isAlone: boolean },
    work: (lane: Lane) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
  dispose(): Promise<void>;
}

/** Copying costs milliseconds (two file operations of 23 kB a token on a 135M model), evaluating 32 tokens there 100 ms; both grow alike. */
const leastShared = 32;

interface Place {
  readonly lane: Lane;
  readonly deck: Deck;
  /** What it will hold when its request's prompt is evaluated; undefined when it is free. */
  prompt: readonly Token[] | undefined;
  /** Requests are numbered as they come. */
  usedAt: number;
  /** Others that copy from it now. */
  readers: number;
}

/** The lanes of a model: one at first, `most` of them from the moment two requests come together. */
export function createLanes(first: Deck, { openDeck, most, laneBytes, takeMemory, stateFolder }: LanesOptions): Lanes {
  let places = placesOf(first);
  let newest = first;
  let growing: Promise<void> | undefined;
  let retiring: Promise<void> | undefined;
  let canGrow = most > 1;
  let uses = 0;
  const waiting: (() => void)[] = [];

  const freePlaces = (): Place[] => places.filter(({ deck, prompt }) => deck === newest && prompt === undefined);

  async function takePlace(prompt: readonly Token[], signal: AbortSignal): Promise<Place> {
    for (;;) {
      const place = best(freePlaces(), places, prompt, uses + 1);
      if (place) {
        uses += 1;
        Object.assign(place, { prompt, usedAt: uses });
        return place;
      }
      if (canGrow) growing ??= grow();
      const turn = new Promise<void>((resolve) => void waiting.push(resolve));
      await orAborted(turn, signal);
    }
  }

  async function grow(): Promise<void> {
    canGrow = false;
    if (takeMemory(most * laneBytes)) {
      try {
        newest = await openDeck(most);
        places = [...places, ...placesOf(newest)];
        await retire();
      } catch {
        // The memory is not there after all: one after the other then.
        takeMemory(-most * laneBytes);
      }
    }
    wakeAll();
  }

  /** A free lane of the first context moves into the larger one, and the first context goes. */
  async function retire(): Promise<void> {
    if (newest === first) return;
    const old = places.find(({ deck }) => deck === first);
    if (!old || old.prompt || old.readers > 0) return;
    places = places.filter((place) => place !== old);
    retiring = move(old);
    await retiring;
  }

  async function move(old: Place): Promise<void> {
    const [target] = freePlaces().filter(({ lane }) => lane.tokens.length === 0);
    if (target && old.lane.canBeCut && old.lane.tokens.length >= leastShared) {
      target.prompt = old.lane.tokens;
      await copy(old.lane, target.lane, old.lane.tokens);
      target.prompt = undefined;
      wakeAll();
    }
    await first.dispose();
    takeMemory(-laneBytes);
  }

  function wakeAll(): void {
    for (const wake of waiting.splice(0)) wake();
  }

  /** Brings what another lane has, or is about to have, of the prompt. */
  async function share(place: Place, prompt: readonly Token[], signal: AbortSignal): Promise<void> {
    const own = commonLength(place.lane.tokens, prompt);
    const [source, common] = bestSource(places, place, prompt, place.usedAt);
    if (!source || common - own < leastShared) return;
    source.readers += 1;
    try {
      // Its request may still be at it; evaluating the same tokens twice would make both slower.
      while (source.prompt && commonLength(source.lane.tokens, prompt) < common) await orAborted(source.lane.changed(), signal);
      if (commonLength(source.lane.tokens, prompt) - own >= leastShared) await copy(source.lane, place.lane, prompt);
    } finally {
      source.readers -= 1;
    }
  }

  /** A copy that fails, as on a full disk, is no failure: its tokens are evaluated then. */
  async function copy(from: Lane, to: Lane, wanted: readonly Token[]): Promise<void> {
    const path = join(stateFolder, `${uniqueMark()}.part`);
    try {
      await from.save(path);
      await to.load(path);
      await to.keep(commonLength(to.tokens, wanted));
    } catch (error) {
      process.stderr.write(`copy of a state: ${error instanceof Error ? error.message : String(error)}\n`);
    } finally {
      await rm(path, { force: true });
    }
  }

  return {
    async use({ prompt, isAlone }, work, signal) {
      throwIfAborted(signal);
      const place = await takePlace(prompt, signal);
      try {
        if (!isAlone) await share(place, prompt, signal);
        return await work(place.lane);
      } finally {
        place.prompt = undefined;
        // Who waits for a prompt that nobody evaluates any more looks again.
        place.lane.touch();
        wakeAll();
        void retire();
      }
    },
    async dispose() {
      await growing;
      await retiring;
      await newest.dispose();
      if (newest !== first && places.some(({ deck }) => deck === first)) await first.dispose();
    },
  };
}

function placesOf(deck: Deck): Place[] {
  return deck.lanes.map((lane) => ({ lane, deck, prompt: undefined, usedAt: 0, readers: 0 }));
}

/** The free place where the least is evaluated and thrown away; of equal ones that which was used longest ago. */
function best(free: readonly Place[], all: readonly Place[], prompt: readonly Token[], number: number): Place | undefined {
  const costOf = (place: Place): number => {
    const own = commonLength(place.lane.tokens, prompt);
    const [, common] = bestSource(all, place, prompt, number);
    const held = common - own >= leastShared ? common : own;
    return prompt.length - held + (place.lane.tokens.length - own) / 2;
  };
  return [...free].sort((a, b) => costOf(a) - costOf(b) || a.usedAt - b.usedAt)[0];
}

/** The other place that has most of the prompt, or will have: that of an earlier request, or two would wait for each other. */
function bestSource(places: readonly Place[], target: Place, prompt: readonly Token[], number: number): [Place | undefined, number] {
  let [found, most]: [Place | undefined, number] = [undefined, 0];
  for (const place of places) {
    if (place === target || !place.lane.canBeCut) continue;
    const planned = place.prompt && place.usedAt < number ? commonLength(place.prompt, prompt) : 0;
    const common = Math.max(commonLength(place.lane.tokens, prompt), planned);
    if (common > most) [found, most] = [place, common];
  }
  // The last token is always evaluated; nobody's planned prompt is evaluated to its end either.
  return [found, Math.min(most, prompt.length - 1)];
}
