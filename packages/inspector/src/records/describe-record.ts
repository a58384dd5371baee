import { type FcgiRecord, NameValueDecoder, RecordType } from '@fcgi-js/protocol';
import { byteCount, showBytes } from '../bytes-as-text.ts';
import { protocolStatusName, roleName, typeName } from './names.ts';

/** The specification's name of a record's type; `type 12` for one that it does not define. */
export function recordName(record: FcgiRecord): string {
  return typeName(record.type === 'undefined' ? record.undefinedType : record.type);
}

/** The content of one record in a few words, without its type and request ID: `RESPONDER, keep the connection`. */
export function describeRecord(record: FcgiRecord): string {
  switch (record.type) {
    case RecordType.BeginRequest:
      return `${roleName(record.role)}, ${record.keepConn ? 'keep the connection' : 'close after it'}`;
    case RecordType.AbortRequest:
      return 'the answer is no longer wanted';
    case RecordType.EndRequest:
      return `${protocolStatusName(record.protocolStatus)}, appStatus ${record.appStatus}`;
    case RecordType.UnknownType:
      return `type ${record.unknownType} is not known`;
    case RecordType.GetValues:
    case RecordType.GetValuesResult:
      return describeValues(record.content);
    case 'undefined':
      return `${byteCount(record.content.length)} of a type that FastCGI 1.0 does not define`;
    default:
      return record.content.length === 0 ? 'end of the stream' : byteCount(record.content.length);
  }
}

/** Names and values of GET_VALUES, as far as they can be read. */
function describeValues(content: Uint8Array): string {
  const decoder = new NameValueDecoder();
  decoder.push(content);
  const facts: string[] = [];
  try {
    for (let pair = decoder.next(); pair !== undefined; pair = decoder.next()) {
      const name = showBytes(pair.name);
      facts.push(pair.value.length === 0 ? name : `${name}=${showBytes(pair.value)}`);
    }
  } catch {
    // A length that no record can hold.
    facts.push('not readable');
  }
  return facts.length === 0 ? 'nothing' : facts.join(' ');
}
