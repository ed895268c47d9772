/**
 * What a mouse smells, and what it still remembers of the odour before. An odour arrives some time after its valve opens
 * and lingers after it closes. The memory fades by itself; light on the area that holds it takes it away, weakly while the
 * odour is fresh and strongly later on, when that area alone carries it (Bellafard et al. 2024: late delay, not early).
 */
import type { RandomStream } from '#machines/random.ts';
import { NO_ODOUR } from './associations.ts';
import type { MouseTraits } from './traits.ts';

/** A valve that closes sooner has given no odour that could be told. */
const ONSET_LATENCY_US = 100_000;
/** An odour that comes sooner after another is mixed with it. */
const CLEARANCE_US = 300_000;
const RECOGNISED_IN_MIXTURE = 0.7;
/** From the end of an odour on, its memory is of the late kind. */
const LATE_AFTER_US = 2_500_000;
/** What light does outlasts it so long: pulses of a 40 Hz wave, and of the board that draws it, are one light. */
const LINGERS_US = 50_000;
/** Memories taken away per second of light. */
const LIGHT_PER_S = { early: 0.07, late: 0.75 };

export class OdourMemory {
  readonly #random: RandomStream;
  readonly #traits: MouseTraits;
  #odour = NO_ODOUR;
  #openedUs = 0;
  #closedUs = Number.NEGATIVE_INFINITY;
  #mixed = false;
  /** Light so far on the memory, as an exponent. */
  #bleached = 0;
  /** Up to where light is counted; null: it is dark. */
  #lightSinceUs: number | null = null;
  /** When the line went off last; null: it is on. */
  #offUs: number | null = null;

  constructor(random: RandomStream, traits: MouseTraits) {
    this.#random = random;
    this.#traits = traits;
  }

  lit(atUs: number): boolean {
    return this.#lightSinceUs !== null && (this.#offUs === null || atUs - this.#offUs < LINGERS_US);
  }

  opens(atUs: number): void {
    this.#openedUs = atUs;
    this.#mixed = atUs - this.#closedUs < CLEARANCE_US;
  }

  /** The valve of an odour (0 to 3) closes: what was remembered until now and what is smelled, or null for too short a puff. */
  closes(atUs: number, odour: number): { remembered: number; odour: number } | null {
    if (atUs - this.#openedUs < ONSET_LATENCY_US) return null;
    const recognised = this.#traits.recognised * (this.#mixed ? RECOGNISED_IN_MIXTURE : 1);
    const smelled = this.#random.float() < recognised ? odour : NO_ODOUR;
    this.#bleach(this.#openedUs);
    const ageS = Math.max(0, this.#openedUs - this.#closedUs) / 1e6;
    const kept = Math.exp(-ageS / this.#traits.memoryS - this.#bleached);
    const remembered = this.#random.float() < kept ? this.#odour : NO_ODOUR;
    this.#odour = smelled;
    this.#closedUs = atUs;
    this.#bleached = 0;
    if (this.#lightSinceUs !== null) this.#lightSinceUs = this.lit(atUs) ? atUs : null;
    return { remembered, odour: smelled };
  }

  /** The light's line has changed; true when light begins. A wave's pulses are one light. */
  light(atUs: number, on: boolean): boolean {
    if (this.#traits.fibre === 'offTarget') return false;
    if (!on) {
      this.#offUs = atUs;
      return false;
    }
    const goesOn = this.lit(atUs);
    if (!goesOn) {
      this.#bleach(atUs);
      this.#lightSinceUs = atUs;
    }
    this.#offUs = null;
    return !goesOn;
  }

  /** Counts the light up to now against the memory. */
  #bleach(nowUs: number): void {
    if (this.#lightSinceUs === null) return;
    const toUs = this.#offUs ?? nowUs;
    if (toUs <= this.#lightSinceUs) return;
    const lateFromUs = this.#closedUs + LATE_AFTER_US;
    const lateUs = Math.max(0, toUs - Math.max(lateFromUs, this.#lightSinceUs));
    const earlyUs = toUs - this.#lightSinceUs - lateUs;
    this.#bleached += (earlyUs * LIGHT_PER_S.early + lateUs * LIGHT_PER_S.late) / 1e6;
    this.#lightSinceUs = toUs;
  }
}
