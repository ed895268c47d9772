/** A DynamicTable: its columns are those it names, and as long as it has rows. The schema says it in prose alone. */
import { Dataset, Group } from 'h5wasm/node';
import { listed } from './content.ts';
import { below, type Context, dereferenced, identityOf, isOf } from './context.ts';

interface Column {
  readonly name: string;
  readonly path: string;
  readonly dataset: Dataset;
}

export function checkTable(context: Context, table: Group, path: string): void {
  const rows = rowsOf(table);
  if (rows === undefined) return;
  const columns = columnsOf(context, table, path);
  checkNames(context, table, path, columns);
  const indexes = columns.filter(({ dataset }) => isOf(context, dataset, 'VectorIndex'));
  const indexed = new Map<Column, Column>();
  for (const index of indexes) {
    const target = targetOf(context, index, columns);
    if (target === undefined) context.report(index.path, 'attribute target is not a column of this table');
    else {
      if (index.name !== `${target.name}_index`) context.report(index.path, `must be called ${target.name}_index`);
      indexed.set(target, index);
      checkIndex(context, index, target);
    }
  }
  for (const column of columns) {
    const { path: columnPath, dataset } = column;
    const length = dataset.shape?.[0];
    if (!indexed.has(column) && length !== undefined && length !== rows) {
      context.report(columnPath, `has ${length} rows, but the table has ${rows}`);
    }
    if (isOf(context, dataset, 'DynamicTableRegion')) checkRegion(context, column);
  }
  if (isOf(context, table, 'AlignedDynamicTable')) checkCategories(context, table, path, rows);
}

function rowsOf(table: Group): number | undefined {
  const id = table.get('id');
  return id instanceof Dataset ? id.shape?.[0] : undefined;
}

function columnsOf(context: Context, table: Group, path: string): Column[] {
  return table.keys().flatMap((name) => {
    const dataset = table.get(name);
    return dataset instanceof Dataset && isOf(context, dataset, 'VectorData')
      ? [{ name, path: below(path, name), dataset }]
      : [];
  });
}

/** colnames names every column but the indexes, which go with what they index. */
function checkNames(context: Context, table: Group, path: string, columns: readonly Column[]): void {
  const attribute = table.attrs.colnames;
  if (attribute === undefined) return;
  const named = listed(attribute.value).map(String);
  for (const name of new Set(named)) {
    if (!columns.some((column) => column.name === name))
      context.report(path, `colnames names ${name}, which is no column`);
    if (named.filter((other) => other === name).length > 1) context.report(path, `colnames names ${name} twice`);
  }
  for (const { name, dataset } of columns) {
    if (!named.includes(name) && !isOf(context, dataset, 'VectorIndex')) {
      context.report(path, `column ${name} is not in colnames`);
    }
  }
}

function targetOf(context: Context, { dataset }: Column, columns: readonly Column[]): Column | undefined {
  const target = dereferenced(context, dataset.attrs.target?.value);
  if (target === null) return undefined;
  const identity = identityOf(target);
  return columns.find((column) => identityOf(column.dataset) === identity);
}

/** The ends of the rows' stretches: never falling, and the last is the target's length. */
function checkIndex(context: Context, { path, dataset }: Column, target: Column): void {
  const ends = listed(dataset.value).map(Number);
  const falls = ends.findIndex((end, i) => i > 0 && end < ends[i - 1]!);
  if (falls !== -1) context.report(path, `falls from ${ends[falls - 1]} to ${ends[falls]}`);
  const length = target.dataset.shape?.[0];
  const last = ends.at(-1) ?? 0;
  if (length !== undefined && last !== length) {
    context.report(path, `ends at ${last}, but ${target.name} has ${length} values`);
  }
}

/** A region's values are rows of the table it refers to, counted from 0. */
function checkRegion(context: Context, { path, dataset }: Column): void {
  const table = dereferenced(context, dataset.attrs.table?.value);
  const rows = table instanceof Group ? rowsOf(table) : undefined;
  if (rows === undefined) return;
  const outside = listed(dataset.value)
    .map(Number)
    .find((row) => row < 0 || row >= rows);
  if (outside !== undefined) context.report(path, `refers to row ${outside} of ${table!.path}, which has ${rows} rows`);
}

function checkCategories(context: Context, table: Group, path: string, rows: number): void {
  const named = listed(table.attrs.categories?.value).map(String);
  for (const name of named) {
    if (!(table.get(name) instanceof Group)) context.report(path, `categories names ${name}, which is no table in it`);
  }
  for (const name of table.keys()) {
    const category = table.get(name);
    if (!(category instanceof Group) || !isOf(context, category, 'DynamicTable')) continue;
    if (!named.includes(name)) context.report(path, `table ${name} is not in categories`);
    const own = rowsOf(category);
    if (own !== undefined && own !== rows) {
      context.report(below(path, name), `has ${own} rows, but the table it is aligned with has ${rows}`);
    }
  }
}
