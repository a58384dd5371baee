export type { PrinterColors, PrinterOutput } from './printers/printer-output.ts';
export { RecordJson } from './printers/record-json.ts';
export { RecordTable } from './printers/record-table.ts';
export { RecordTrace } from './printers/record-trace.ts';
export {
  countObservation,
  type RecordingCounts,
  type RecordingPrinter,
  type RecordingPrinterOptions,
} from './printers/recording-printer.ts';
export { TapJson } from './printers/tap-json.ts';
export { TapLines } from './printers/tap-lines.ts';
export type { TapPrinterOptions } from './printers/tap-printer-options.ts';
