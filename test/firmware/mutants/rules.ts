/**
 * The safety rules of the firmware, each with the change that takes it away and the test that must then fail. Where two
 * places hold one rule, the change takes both away.
 */

interface Edit {
  /** In hardware/firmware/rehearsal. */
  readonly file: string;
  /** Occurs there once. */
  readonly find: string;
  readonly put: string;
}

export interface Rule {
  readonly rule: string;
  readonly edits: readonly Edit[];
  /** A test file, and part of the test's name. */
  readonly test: readonly [file: string, name: string];
}

const envelope = 'test/hardware/firmware-envelope.test.ts';
const allowances = 'test/hardware/firmware-allowances.test.ts';
const lampSync = 'test/hardware/firmware-lamp-sync.test.ts';
const inputs = 'test/hardware/firmware-inputs.test.ts';
const light = 'test/hardware/firmware-light.test.ts';
const bench = 'test/hardware/firmata-bench.test.ts';
const instants = 'test/hardware/firmware-rules.test.ts';
const noisy = 'test/hardware/noisy-link.test.ts';
const fuzz = 'test/firmware/fuzz.test.ts';

function rule(words: string, test: Rule['test'], ...edits: readonly (readonly [string, string, string])[]): Rule {
  return { rule: words, test, edits: edits.map(([file, find, put]) => ({ file, find, put })) };
}

export const rules: readonly Rule[] = [
  // 1. Safe at boot and in doubt.
  rule(
    'a line begins at its off level',
    [bench, 'whatever its polarity'],
    [
      'outputs.c',
      '((outputs_word >> line) & 1) != ((outputs[line].flags & LINE_ACTIVE_LOW) != 0)',
      '(outputs_word >> line) & 1',
    ],
  ),
  rule('the watchdog is on', [envelope, 'by its watchdog'], ['envelope.c', '  wdt_enable(WDTO_250MS);\n', '']),
  rule(
    'the lamp is lit when the host is silent',
    [lampSync, 'when the host of a session falls silent'],
    ['envelope.c', 'tend_lamp(fault || (armed && silent));', 'tend_lamp(fault);'],
  ),
  rule(
    'the lamp is lit while a line is barred',
    [lampSync, 'while a line is barred'],
    ['envelope.c', '    fault = true;\n', ''],
  ),
  rule(
    'the lamp is lit after a watchdog reset',
    [lampSync, 'after its own watchdog'],
    ['envelope.c', 'fault = envelope_reset_cause & _BV(WDRF);', 'fault = false;'],
  ),
  rule(
    'lines are known again after a reset',
    [lampSync, 'after its own watchdog'],
    ['main.c', '  outputs_restore();\n', ''],
  ),

  // 2. Proved at load, masked at run time.
  rule(
    'no program opens two lines of a group',
    [envelope, 'proves the exclusive groups'],
    ['outputs.c', '    if (seen & outputs[line].groups) return false;\n', ''],
  ),
  rule(
    'no program has the lamp or a sync line',
    [lampSync, 'lets no program have the lamp'],
    ['outputs.c', 'if (word & (~declared | outputs_own)) return false;', 'if (word & ~declared) return false;'],
  ),
  rule(
    'no program has a line that is none',
    [instants, 'a line that was not declared'],
    ['outputs.c', 'if (word & (~declared | outputs_own)) return false;', 'if (word & outputs_own) return false;'],
  ),
  rule(
    'every write is masked',
    [envelope, 'keeps a line shut that was on too long'],
    ['outputs.c', 'word &= outputs_allowed & ~outputs_own;', 'word &= ~outputs_own;'],
  ),
  rule(
    'what is written ahead is masked',
    [instants, 'neither for a lick nor at a deadline'],
    [
      'outputs.c',
      'toggle((word & outputs_allowed & ~outputs_own) ^ outputs_word, ports);',
      'toggle((word & ~outputs_own) ^ outputs_word, ports);',
    ],
    [
      'engine.c',
      'return program_outputs(program_node(edge[EDGE_TO])) & outputs_allowed;',
      'return program_outputs(program_node(edge[EDGE_TO]));',
    ],
  ),
  rule(
    'what goes off does so before anything goes on',
    [instants, 'one valve follows another'],
    ['outputs.c', '    drive(outputs_word & word);\n', ''],
    ['engine.c', 'order ? outputs_word & word : outputs_word', 'word'],
  ),
  rule(
    'what goes off does so first at a prepared deadline',
    [instants, 'one valve follows another'],
    ['engine.c', 'order ? outputs_word & word : outputs_word', 'outputs_word | word'],
  ),
  rule(
    'the ports settle after what was written ahead',
    [fuzz, 'breaks no rule'],
    ['engine.c', '  outputs_settle();\n  if (reason', '  if (reason'],
    ['engine.c', '        outputs_settle();\n        edges_warm', '        edges_warm'],
  ),

  // 3. Limits.
  rule(
    'no line is on for longer than its limit',
    [envelope, 'on for longer than its limit'],
    ['outputs.c', '  if (on > output->longest && on < JUST_ON) return END_ON_TIME_LIMIT;\n', ''],
  ),
  rule(
    'a line that has just gone on is not over its limit',
    [instants, 'between two looks'],
    ['outputs.c', ' && on < JUST_ON', ''],
  ),
  rule(
    'a line that was on too long stays shut',
    [envelope, 'keeps a line shut that was on too long'],
    ['outputs.c', '    outputs_allowed &= ~(1 << line);\n', ''],
  ),
  rule(
    'no more water than was allowed',
    [allowances, 'over many drops'],
    ['outputs.c', '  if (from && from->left == 0) return END_ALLOWANCE_SPENT;\n', ''],
  ),
  rule(
    'a reset forgets no water',
    [allowances, 'remembers across a reset'],
    ['outputs.c', 'allowances[MAX_ALLOWANCES] __attribute__((section(".noinit")));', 'allowances[MAX_ALLOWANCES];'],
  ),
  rule(
    'no water until an allowance is loaded',
    [allowances, 'until an allowance is loaded'],
    [
      'outputs.c',
      '    if (outputs_declared(line) && !(outputs[line].flags & LINE_DRAWS)) outputs_allowed |= 1 << line;',
      '    if (outputs_declared(line)) outputs_allowed |= 1 << line;',
    ],
  ),
  rule(
    'light is on for its share only',
    [allowances, 'its share at the most'],
    [
      'outputs.c',
      'back < each->capacity - each->left ? each->left + back : each->capacity',
      'back < 1 ? each->left : each->capacity',
    ],
  ),

  // 4. The host, and who it is.
  rule(
    'a silent host ends the trial',
    [envelope, 'when the host falls silent'],
    ['envelope.c', '  if (armed && silent && engine_running()) engine_end(END_HOST_SILENT);\n', ''],
  ),
  rule(
    'only the session’s own token counts',
    [envelope, 'obeys only the session'],
    [
      'commands.c',
      'if (length < 4 || get32(fields) != session_token) return STATUS_BAD_TOKEN;',
      'if (length < 4) return STATUS_BAD_TOKEN;',
    ],
  ),
  rule(
    'a second host is refused',
    [envelope, 'obeys only the session'],
    [
      'commands.c',
      'if (armed) return token == session_token ? STATUS_OK : STATUS_BAD_TOKEN;',
      'if (armed && token == session_token) return STATUS_OK;',
    ],
  ),
  rule(
    'a board is taken over from a silent host only',
    [instants, 'whose host is alive'],
    ['commands.c', '    if (armed && !envelope_silent()) return STATUS_WRONG_MODE;\n', ''],
  ),
  rule(
    'an armed board’s outputs stay what they are',
    [instants, 'while a session is armed'],
    ['commands.c', '  case COMMAND_OUTPUT:\n    if (armed) return STATUS_WRONG_MODE;\n', '  case COMMAND_OUTPUT:\n'],
  ),
  rule(
    'an armed board’s inputs stay what they are',
    [instants, 'while a session is armed'],
    ['commands.c', '  case COMMAND_INPUT:\n    if (armed) return STATUS_WRONG_MODE;\n', '  case COMMAND_INPUT:\n'],
  ),
  rule(
    'an armed board is deaf to Firmata',
    [bench, 'is deaf while a session is armed'],
    ['link.c', '    if (commands_armed()) link_bad_frames++;\n    else firmata_take(byte);', '    firmata_take(byte);'],
    ['commands.c', '  firmata_stop();\n', ''],
  ),
  rule(
    'Firmata opens no two lines of a group',
    [bench, 'never opens two odours'],
    ['firmata-pins.c', '  if (!outputs_safe(word)) {', '  if (0) {'],
  ),
  rule(
    'Firmata has neither the lamp nor a sync line',
    [bench, 'never drives the fault lamp'],
    ['firmata-pins.c', 'return place->bit & outputs_own ? OWN : LINE;', 'return LINE;'],
  ),

  // 5. Abort, damaged and stale programs, the link.
  rule(
    'abort withdraws what the next lick would do',
    [instants, 'that comes after the abort'],
    [
      'engine.c',
      '    edges_cool();\n    const uint32_t now = clock_now();\n    if (phase == PENDING)',
      '    const uint32_t now = clock_now();\n    if (phase == PENDING)',
    ],
  ),
  rule(
    'abort withdraws what the next deadline would do',
    [instants, 'that the abort has come before'],
    ['edges.c', '    GPIOR0 &= (uint8_t)~AWAITED;\n', ''],
  ),
  rule(
    'abort cuts the light, without a ramp',
    [light, 'when the trial is aborted'],
    ['engine.c', '  if (reason != END_COMPLETED) wave_cut();\n', ''],
  ),
  rule(
    'a deadline comes before a lick of the same tick',
    [envelope, 'the closing of the choice period beats'],
    ['edges.S', '  sbic io(TIFR1), OCF1A\n  rjmp 3f\n', ''],
  ),
  rule(
    'a bounce opens no water',
    [inputs, 'no water for a bounce'],
    ['engine.c', '((quiet | bouncing) & (1 << line)) || ', ''],
  ),
  rule(
    'a damaged program does not pass',
    [envelope, 'damaged, stale'],
    [
      'program.c',
      'if (length > PROGRAM_BYTES || crc32_of(image, length) != crc) return',
      'if (length > PROGRAM_BYTES) return',
    ],
  ),
  rule(
    'a stale program never starts',
    [envelope, 'damaged, stale'],
    ['engine.c', '  if (!program_is(crc)) return STATUS_STALE;\n', ''],
  ),
  rule(
    'bench mode leaves no program that could be started',
    [bench, 'leaves no program behind'],
    ['program.c', 'void *program_lend(void) {\n  committed = false;\n', 'void *program_lend(void) {\n'],
  ),
  rule(
    'a damaged command is not done',
    [noisy, 'brings every event once and in order'],
    ['link.c', 'if (crc != crc32_of(frame, body)) {', 'if (crc == 1) {'],
  ),
  rule(
    'a repeated command is not done again',
    [instants, 'sent again'],
    ['commands.c', 'if (id != last_id || type != last_type) {', 'if (type) {'],
  ),
  rule(
    'events are sent again until they are acknowledged',
    [noisy, 'brings every event once and in order'],
    ['events.c', '    sent = tail;\n    progress = now;', '    progress = now;'],
  ),
  rule('events that are lost are counted', [noisy, 'counts 400 edges'], ['events.c', '    lost++;\n', '']),
  rule(
    'licks leave room for states, outputs and ends',
    [noisy, 'counts 400 edges'],
    ['events.c', '(code == EVENT_INPUT ? EVENT_RING - EVENT_RESERVE : EVENT_RING)', 'EVENT_RING'],
  ),
];
