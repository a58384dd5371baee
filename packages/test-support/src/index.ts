export { type Bytes, fromBase64, hex, join, latin1, pattern, toLatin1 } from './bytes.ts';
export { type Chunking, chunkings, cutAt } from './chunkings.ts';
export { type LengthForms, lengthBytes, pair, pairs } from './pairs.ts';
export { type PcapSegment, pcap } from './pcap.ts';
export { type RecordOptions, record } from './record.ts';
export { specificationVectors, type Vector } from './vectors.ts';
