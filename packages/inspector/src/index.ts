export type { CgiResponseHead, CgiResponseKind, HeaderField } from '@fcgi-js/client';
export type { FcgiRecord } from '@fcgi-js/protocol';
export { byteCount, decodeLatin1, decodeText, showBytes, startText } from './bytes-as-text.ts';
export { ConnectionInspector, type Observation } from './connection-inspector.ts';
export {
  InspectorError,
  type InspectorErrorCode,
  RecordingError,
  type RecordingErrorCode,
} from './errors.ts';
export type { Direction, Finding } from './finding.ts';
export { headFields } from './head-fields.ts';
export type { InspectedRequest, RequestEnd, StreamType } from './inspected-request.ts';
export type { Param } from './param-pairs.ts';
export { RecordScanner, type Scanned, type ScannedBytes, type ScannedRecord } from './record-scanner.ts';
export { inspectConnection, type RecordedObservation } from './recordings/inspect-connection.ts';
export { type ReadRecordingOptions, readRecording } from './recordings/read-recording.ts';
export type { RecordedChunk, RecordedConnection, Recording } from './recordings/recording.ts';
export { TAP_FILE_HEAD, type TapEntry } from './recordings/tap-file.ts';
export { describeRecord, recordName } from './records/describe-record.ts';
export { describeScanned, toRecord } from './records/describe-scanned.ts';
export { protocolStatusName, roleName, typeName } from './records/names.ts';
export { hideSecret, hideSecretsIn } from './secrets/hide-secrets.ts';
export { type Secrecy, secrecyOf, withEnvironments } from './secrets/secrecy.ts';
export { isSecretName } from './secrets/secret-names.ts';
