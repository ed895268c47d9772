/** Thrown when a chart cannot become a trial program: names the state and says what to write instead. */
export class ChartRefused extends Error {
  readonly code = 'chartRefused';
  /** Where: a state's id or label; null when the chart as a whole is at fault. */
  readonly state: string | null;

  constructor(state: string | null, problem: string, remedy: string) {
    super(`${state === null ? 'This chart' : `State "${state}"`} ${problem}. ${remedy}`);
    this.name = 'ChartRefused';
    this.state = state;
  }
}
