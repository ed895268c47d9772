/**
 * One board over a whole session: found, armed, asked for its time, lost and found again.
 *
 *   opening --> ready <--> reconnecting --> failed (after ten minutes, or when another host has the board)
 *
 * A board that still knows the session's token goes on where it was, and sends again what was not acknowledged. One that
 * has restarted is armed anew with what is left of its allowances: a new clock segment, numbers of events going on.
 */
import type { BoundProgram } from '#machines/program.ts';
import { NOMINAL_TICKS_PER_MS } from '#machines/time.ts';
import { EventCode, type RawEvent } from '#machines/vocabulary.ts';
import type { BytePort } from '../link/byte-port.ts';
import { ClockFit } from '../link/clock-fit.ts';
import { statuses } from '../link/declaration.ts';
import { type HostClock, sleep } from '../link/host-clock.ts';
import { HostLink } from '../link/host-link.ts';
import { type ClockReading, type ClockSegment, RigError, type RigIdentity } from '../rig.ts';
import type { RigFile } from '../rig-file.ts';
import { fillLight, fillWater, ulOfWaterUnits } from './allowances.ts';
import { checkBoard, type Hello, identityOf } from './board-checks.ts';
import { boardGone, boardRestarted, boardSilent, boardTaken, gaveUp, noBoard } from './board-words.ts';
import { declareLines } from './declare-lines.ts';
import { DoseMeter } from './dose-meter.ts';
import { LinkCounts } from './link-counts.ts';
import { checkSyncLines, startSyncLines } from './sync-lines.ts';
import { Waves } from './waves.ts';

export interface ConnectionOptions {
  readonly file: RigFile;
  readonly kind: Extract<RigIdentity['kind'], 'board' | 'emulated'>;
  /** Opens the line, every time anew; its name may have changed. @throws RigError portNotFound, portBusy. */
  readonly connect: () => Promise<BytePort>;
  readonly clock: HostClock;
  /** A whole number below its argument, for tokens and for the seeds of sync pulses. */
  readonly chance: (below: number) => number;
  /** For how long a lost board is looked for. */
  readonly searchMs: number;
}

export interface ConnectionListener {
  event(event: RawEvent): void;
  segment(segment: ClockSegment): void;
  /** The board has lost the session: what its record still lacks is appended now or never. */
  forgotten(): void;
  /** What may have run when the board was last heard. */
  inFlight(): BoundProgram | null;
  reconnecting(message: string): void;
  reconnected(): void;
  failed(error: RigError): void;
}

/** A power-up of the board, from the moment it is armed. */
interface PowerUp {
  readonly bootId: number;
  readonly token: number;
  readonly firstSeq: number;
  readonly fit: ClockFit;
  /** Armed, filled, timed and announced. */
  settled: boolean;
  /** The last stamp known; of its events, if it has sent any. */
  lastTicks: number | null;
}

/** A boot loader may sit for two seconds after the port's opening has reset the board. */
const HELLO_MS = 5000;
/** A Mega's boot loader takes any byte for the beginning of an installation: nothing is said before it has started. */
const MEGA_START_MS = 2500;
const HEARTBEATS_PER_SILENCE = 4;
/** With the tries of a heartbeat, so that silence is told within two seconds. */
const MOST_BETWEEN_BEATS_MS = 500;
/** Of 50 ms: 1.2 s. */
const HEARTBEAT_TRIES = 24;
/** The clock's rate is known to some hundred ppm after so many exchanges in half a second. */
const BURST = { exchanges: 8, mostTries: 40, everyMs: 62 };
/** Pings at exact milliseconds would let the slow phase of USB polls pose as a rate (hardware/link/clock-fit.ts). */
const SCATTER_MS = 1;
const RETRY_MS = 500;
const CLOSE_MS = 1000;
const GOLDEN_RATIO = 0.618_033_988_75;

export class BoardConnection {
  readonly waves: Waves;
  readonly doses: DoseMeter;
  readonly counts = new LinkCounts();
  readonly #options: ConnectionOptions;
  readonly #listener: ConnectionListener;
  /** Errors after which looking further is of no use. */
  readonly #final = new WeakSet<object>();
  #phase: 'closed' | 'opening' | 'ready' | 'reconnecting' | 'failed' = 'closed';
  #error: RigError | null = null;
  #link: HostLink | null = null;
  #port: BytePort | null = null;
  #boardId: string | null = null;
  #power: PowerUp | null = null;
  #lastClock: ClockReading | null = null;
  #segments = 0;
  #seq = 0;
  /** Water, when the board was last told. */
  #loadedUl = 0;
  /** Events of a power-up that is not settled yet. */
  #held: RawEvent[] | null = null;
  #greetedBoot: number | null = null;
  #bootHeard = () => {};
  #bootedAgain = false;
  #stopHeartbeat = () => {};
  #beats = 0;
  #search: Promise<void> = Promise.resolve();
  #over = deferred();

  constructor(options: ConnectionOptions, listener: ConnectionListener) {
    this.#options = options;
    this.#listener = listener;
    this.waves = new Waves(options.file);
    this.doses = new DoseMeter(options.file);
    this.doses.loadWater(options.file.waterPerSessionUl);
  }

  get ready(): boolean {
    return this.#phase === 'ready';
  }

  get ticksPerMs(): number {
    return this.#power?.fit.ticksPerMs ?? NOMINAL_TICKS_PER_MS;
  }

  /** @throws RigError closed, before the rig was opened. */
  clock(): ClockReading {
    const power = this.#power;
    if (power === null || !power.settled) {
      // Between two power-ups the last clock that was good is asked.
      if (this.#lastClock !== null) return this.#lastClock;
      throw new RigError('closed', 'The board has not been opened, so its clock is not known.');
    }
    const { fit } = power;
    return {
      segment: this.#segments - 1,
      ticksPerMs: fit.ticksPerMs,
      uncertaintyUs: fit.uncertaintyUs(),
      driftPpmPerMin: fit.driftPpmPerMin,
      hostMsOf: (ticks) => fit.hostMsOf(ticks),
    };
  }

  /** Why no trial should be timed with this clock, or null. */
  get refusal(): string | null {
    return this.#power?.fit.refusal ?? null;
  }

  /** The link, as soon as the board is there. @throws RigError when it was given up or closed. */
  async connected(): Promise<HostLink> {
    while (this.#phase === 'reconnecting') await this.#over.promise;
    if (this.#phase === 'ready') return this.#link!;
    throw this.#error ?? new RigError('closed', 'This rig is not open.');
  }

  async open(): Promise<RigIdentity> {
    const { file, kind, connect, clock } = this.#options;
    this.#phase = 'opening';
    checkSyncLines(file);
    const port = await connect();
    this.#port = port;
    this.#link = new HostLink(port, clock, {
      event: (event) => (this.#held === null ? this.#emit(event) : void this.#held.push(event)),
      booted: (bootId) => this.#booted(bootId),
      disowned: () => this.#interrupt(boardRestarted(port.name), true),
      unanswered: () => this.#interrupt(boardSilent(this.#port?.name ?? port.name, file.hostSilenceMs), false),
    });
    this.#watch(port);
    const hello = await this.#greet();
    checkBoard(hello, file, port.name);
    await this.#takeOver();
    await this.#powerUp(hello);
    const identity = identityOf(hello, file, kind);
    this.#boardId = identity.boardId;
    this.#becomeReady();
    return identity;
  }

  /** All events up to `seq` are committed. */
  acknowledge(seq: number): void {
    this.#link?.acknowledge(seq + 1);
  }

  /** An event that the host adds in the board's place, stamped by the clock of the power-up that is over. */
  append(event: Omit<RawEvent, 'seq'>): void {
    this.#emit({ seq: this.#seq, ...event });
  }

  /** The last stamp known of the present power-up. */
  get lastTicks(): number {
    return this.#power?.lastTicks ?? 0;
  }

  async allowWater(ul: number): Promise<void> {
    for (;;) {
      const link = await this.connected();
      try {
        await fillWater(link, ul);
        this.doses.loadWater(ul);
        this.#loadedUl = ul;
        return;
      } catch (error) {
        if (!isLoss(error)) throw error;
      }
    }
  }

  /** Disarms the board, which shuts all outputs; `ended`: what is waited for before the line is closed. */
  async close(ended: Promise<unknown> | undefined): Promise<void> {
    const { clock } = this.#options;
    const before = this.#phase;
    this.#phase = 'closed';
    this.#stopHeartbeat();
    this.#error ??= new RigError('closed', 'This rig is closed.');
    if (before === 'ready') {
      // If it is not answered, the board's own silence limit shuts them.
      await this.#link!.command('disarm').catch(() => {});
      if (ended) await Promise.race([ended, sleep(clock, CLOSE_MS)]);
    }
    this.#link?.lose(this.#error);
    this.#over.resolve();
    await Promise.race([this.#search, sleep(clock, CLOSE_MS)]);
    await this.#shutPort();
  }

  #emit(event: RawEvent): void {
    this.#seq = event.seq + 1;
    if (event.code !== EventCode.digest) this.#power!.lastTicks = event.ticks;
    this.doses.take(event);
    this.#listener.event(event);
  }

  #watch(port: BytePort): void {
    port.onLost((reason) => {
      if (port === this.#port) this.#interrupt(boardGone(port.name, reason, this.#options.file.hostSilenceMs), false);
    });
  }

  #booted(bootId: number): void {
    this.#bootHeard();
    if (bootId === this.#power?.bootId && this.#phase === 'ready') return;
    if (this.#phase === 'ready') this.#interrupt(boardRestarted(this.#port!.name), true);
    else if (this.#greetedBoot !== null && this.#greetedBoot !== bootId) {
      // Once more, in the midst of being set up. Before its greeting, a start is what opening the port does.
      this.#bootedAgain = true;
      this.#link!.interrupt(new RigError('linkLost', boardRestarted(this.#port!.name)));
    }
  }

  async #greet(): Promise<Hello> {
    const { clock, file } = this.#options;
    const link = this.#link!;
    this.#greetedBoot = null;
    this.#bootedAgain = false;
    if (file.board === 'mega') {
      const heard = new Promise<void>((resolve) => {
        this.#bootHeard = resolve;
      });
      await Promise.race([heard, sleep(clock, MEGA_START_MS)]);
    }
    const until = clock.nowMs() + HELLO_MS;
    for (;;) {
      try {
        const { values } = await link.command('hello', {}, 1);
        this.#greetedBoot = values.bootId ?? null;
        return values;
      } catch (error) {
        if (!(error instanceof RigError) || error.code !== 'noAnswer') throw error;
        if (clock.nowMs() >= until) throw noBoard(this.#port!.name);
      }
    }
  }

  /** A board that another host left armed is free once that host has been silent for the time it agreed. */
  async #takeOver(): Promise<void> {
    const { clock, file } = this.#options;
    const until = clock.nowMs() + file.hostSilenceMs + 1000;
    while ((await this.#link!.command('reset')).status !== statuses.ok.value) {
      if (clock.nowMs() > until)
        throw new RigError(
          'portBusy',
          `Another session holds the board at ${this.#port!.name} and is talking to it. Nothing was changed. End that session first.`,
        );
      await sleep(clock, 250);
    }
  }

  /** Lines, arms and settles a board that knows nothing of us. */
  async #powerUp({ bootId }: Hello): Promise<void> {
    const { file, chance } = this.#options;
    const link = this.#link!;
    await declareLines(link, file);
    const power: PowerUp = {
      bootId: bootId!,
      token: chance(2 ** 32),
      firstSeq: this.#seq,
      fit: new ClockFit(NOMINAL_TICKS_PER_MS),
      settled: false,
      lastTicks: null,
    };
    this.#power = power;
    this.#held = [];
    this.waves.forget();
    link.beginSession(power.token, power.firstSeq);
    await link.order('arm', { token: power.token, silenceMs: file.hostSilenceMs });
    await this.#settle(power);
  }

  /** May be done again when it was broken off: nothing can have run yet. */
  async #settle(power: PowerUp): Promise<void> {
    const { file, chance, clock } = this.#options;
    const link = this.#link!;
    this.#loadedUl = this.doses.waterUl;
    await fillWater(link, this.#loadedUl);
    await fillLight(link, file, this.doses.lightMs);
    await this.waves.tell(link);
    await startSyncLines(link, file, chance);
    for (let tries = 0; power.fit.exchanges < BURST.exchanges && tries < BURST.mostTries; tries++) {
      if (tries > 0) await sleep(clock, BURST.everyMs + this.#scatterMs());
      await this.#exchange(power);
    }
    if (power.fit.refusal !== null) {
      const error = new RigError('wrongBoard', power.fit.refusal);
      this.#final.add(error);
      throw error;
    }
    power.settled = true;
    this.#listener.segment({ segment: this.#segments++, bootId: power.bootId, firstSeq: power.firstSeq });
    const held = this.#held ?? [];
    this.#held = null;
    for (const event of held) this.#emit(event);
  }

  async #exchange(power: PowerUp, tries?: number): Promise<number> {
    const { status, values, exchange } = await this.#link!.command('ping', {}, tries);
    if (status !== statuses.ok.value) return status;
    this.counts.ping(power.bootId, values, exchange);
    if (exchange !== null) power.fit.add({ ...exchange, ticks: values.ticks! });
    power.lastTicks ??= values.ticks!;
    return status;
  }

  #scatterMs(): number {
    return ((this.#beats++ * GOLDEN_RATIO) % 1) * SCATTER_MS;
  }

  #becomeReady(): void {
    this.#phase = 'ready';
    this.#beat();
  }

  #beat(): void {
    const { clock, file } = this.#options;
    const everyMs = Math.min(MOST_BETWEEN_BEATS_MS, file.hostSilenceMs / HEARTBEATS_PER_SILENCE) - SCATTER_MS;
    this.#stopHeartbeat = clock.after(everyMs + this.#scatterMs(), () => {
      this.#exchange(this.#power!, HEARTBEAT_TRIES).then(
        () => {
          if (this.#phase === 'ready') this.#beat();
        },
        (error: unknown) => {
          // Whoever gave a lost line up has told it already.
          if (isLoss(error) && (error as RigError).code === 'linkLost') return;
          this.#interrupt(boardSilent(this.#port?.name ?? 'its port', file.hostSilenceMs), false);
        },
      );
    });
  }

  /** `samePort`: the line is sound, and only the board has to be set up again. */
  #interrupt(message: string, samePort: boolean): void {
    if (this.#phase !== 'ready') return;
    this.#lastClock = this.clock();
    this.#phase = 'reconnecting';
    this.#over = deferred();
    this.#stopHeartbeat();
    const error = new RigError('linkLost', message);
    if (samePort) this.#link!.interrupt(error);
    else this.#link!.lose(error);
    this.#listener.reconnecting(message);
    this.#search = this.#reconnect(samePort);
  }

  async #reconnect(samePort: boolean): Promise<void> {
    const { clock, searchMs } = this.#options;
    const until = clock.nowMs() + searchMs;
    let reopen = !samePort;
    while (this.#phase === 'reconnecting') {
      try {
        if (reopen) await this.#reopen();
        await this.#restore();
        if (this.#phase !== 'reconnecting') return;
        if (reopen) this.counts.reconnections++;
        this.#becomeReady();
        this.#over.resolve();
        this.#listener.reconnected();
      } catch (cause) {
        if (this.#phase !== 'reconnecting') return;
        const error = cause instanceof RigError ? cause : new RigError('linkLost', String(cause), { cause });
        if (this.#final.has(error) || !passing.has(error.code)) return this.#fail(error);
        if (clock.nowMs() >= until) return this.#fail(gaveUp(this.#port?.name ?? null, searchMs, error));
        reopen = !this.#bootedAgain;
        if (reopen) await this.#shutPort();
        await Promise.race([sleep(clock, RETRY_MS), this.#over.promise]);
      }
    }
  }

  async #reopen(): Promise<void> {
    await this.#shutPort();
    const port = await this.#options.connect();
    if (this.#phase !== 'reconnecting') return port.close();
    this.#port = port;
    this.#link!.attach(port);
    this.#watch(port);
  }

  async #restore(): Promise<void> {
    const { file } = this.#options;
    const power = this.#power!;
    const name = this.#port!.name;
    const hello = await this.#greet();
    checkBoard(hello, file, name, this.#boardId);
    if (hello.armed === 1) {
      const ours = hello.bootId === power.bootId && (await this.#exchange(power)) === statuses.ok.value;
      if (!ours) {
        const error = boardTaken(name);
        this.#final.add(error);
        throw error;
      }
      if (!power.settled) await this.#settle(power);
      return;
    }
    if (power.settled) {
      power.settled = false;
      this.counts.boardResets += hello.bootId === power.bootId ? 0 : 1;
      const inFlight = this.#listener.inFlight();
      this.#listener.forgotten();
      this.doses.restart(inFlight);
      // Its own count survives a reset, under the token it was filled with.
      if (hello.lastToken === power.token) {
        this.doses.loadWater(Math.min(this.#loadedUl, ulOfWaterUnits(hello.waterLeft!)));
      }
    }
    await this.#link!.order('reset');
    await this.#powerUp(hello);
  }

  async #shutPort(): Promise<void> {
    const port = this.#port;
    // A driver whose device is gone may take for ever to drain.
    if (port !== null) await Promise.race([port.close(), sleep(this.#options.clock, CLOSE_MS)]);
  }

  #fail(error: RigError): void {
    this.#phase = 'failed';
    this.#error = error;
    this.#link!.lose(error);
    this.#over.resolve();
    this.#listener.failed(error);
    void this.#shutPort();
  }
}

/** What passes when a cable is plugged in again, a boot loader has done, or the right board comes back. */
const passing: ReadonlySet<string> = new Set(['portNotFound', 'portBusy', 'noAnswer', 'linkLost', 'wrongBoard']);

/** The command did not come through, whatever it was. */
export function isLoss(error: unknown): boolean {
  return error instanceof RigError && (error.code === 'linkLost' || error.code === 'noAnswer');
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
