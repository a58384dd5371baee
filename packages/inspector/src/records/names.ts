import { ProtocolStatus, RecordType, Role } from '@fcgi-js/protocol';

/** The words of the specification for its numbers: BEGIN_REQUEST, RESPONDER, REQUEST_COMPLETE. */
function names(numbers: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  const upper = (name: string) => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
  return new Map(Object.entries(numbers).map(([name, number]) => [number, upper(name)]));
}

const types = names(RecordType);
const roles = names(Role);
const protocolStatuses = names(ProtocolStatus);

/** The specification's name of a record type, such as `BEGIN_REQUEST`; `type 12` where it has none. */
export function typeName(type: number): string {
  return types.get(type) ?? `type ${type}`;
}

/** The specification's name of a role, such as `RESPONDER`; `role 7` where it has none. */
export function roleName(role: number): string {
  return roles.get(role) ?? `role ${role}`;
}

/** The specification's name of a protocolStatus, such as `REQUEST_COMPLETE`; `protocolStatus 9` where it has none. */
export function protocolStatusName(status: number): string {
  return protocolStatuses.get(status) ?? `protocolStatus ${status}`;
}
