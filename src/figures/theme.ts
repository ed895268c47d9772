/**
 * Colours of pages and figures, by what they say. Hues are those of Okabe and Ito (Color Universal Design, 2008), which
 * people tell apart whatever their colour vision; dark ones are lightened to the same contrast. A figure names a colour
 * `var(--name)`, so that one drawing serves light and dark screens and paper; a PNG gets the light values.
 */

interface Shade {
  readonly light: string;
  readonly dark: string;
}

const colours = {
  /** Text, and what is drawn most strongly. */
  ink: { light: '#1a1d21', dark: '#e8e6e3' },
  /** Labels, axes. */
  soft: { light: '#5c6670', dark: '#a3a9b0' },
  /** Rules, borders. */
  faint: { light: '#d5dae0', dark: '#3a4149' },
  /** Bands, epochs. */
  band: { light: '#eff2f5', dark: '#22282e' },
  paper: { light: '#ffffff', dark: '#15191d' },
  /** Pairs that ask for a lick; hits. */
  go: { light: '#0072b2', dark: '#5bb4ea' },
  /** Pairs that ask for none; false alarms. */
  noGo: { light: '#c04a00', dark: '#f08c4a' },
  /** Pairs that ask for a side; what is neither. */
  side: { light: '#00795a', dark: '#3fc49c' },
  /** Opto light. */
  opto: { light: '#8a4b96', dark: '#d79be0' },
  alarm: { light: '#b3261e', dark: '#ff8a80' },
  alarmPaper: { light: '#fdecea', dark: '#3a1f1d' },
  warn: { light: '#8a5a00', dark: '#f0b429' },
} as const satisfies Record<string, Shade>;

export type ColourName = keyof typeof colours;

export function colour(name: ColourName): string {
  return `var(--${name})`;
}

/** Of a pair by what it asks. */
export function askColour(go: boolean | null): string {
  return colour(go === null ? 'side' : go ? 'go' : 'noGo');
}

function properties(shade: keyof Shade): string {
  return Object.entries(colours)
    .map(([name, shades]) => `--${name}:${shades[shade]};`)
    .join('');
}

/** Custom properties for a page: light, dark where the reader's screen is, light again on paper. */
export const themeCss = `:root{color-scheme:light dark;${properties('light')}}
@media screen and (prefers-color-scheme:dark){:root{${properties('dark')}}}`;

/** A figure whose colours are spelt out, for programs that know no custom properties. */
export function inLight(svg: string): string {
  return svg.replace(/var\(--(\w+)\)/g, (_, name: ColourName) => colours[name].light);
}
