/** Paints text for a terminal, or leaves it alone where there are no colours. */
export interface PrinterColors {
  bold(text: string): string;
  cyan(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
}

/** Where a printer writes. What it writes is whole lines, in which nothing is left that a terminal obeys. */
export interface PrinterOutput {
  readonly colors: PrinterColors;
  write(text: string): unknown;
}
