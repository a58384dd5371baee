import { ProtocolStatus, RecordType, Role } from '@fcgi-js/protocol';

/** The words of the specification for its numbers: BEGIN_REQUEST, RESPONDER, REQUEST_COMPLETE. */
function names(numbers: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  const upper = (name: string) => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
  return new Map(Object.entries(numbers).map(([name, number]) => [number, upper(name)]));
}

const types = names(RecordType);
const roles = names(Role);
const protocolStatuses = names(ProtocolStatus);

/** The name of a record type; its number where the specification has none. */
export function typeName(type: number): string {
  return types.get(type) ?? `type ${type}`;
}

/** The name of a role; its number where the specification has none. */
export function roleName(role: number): string {
  return roles.get(role) ?? `role ${role}`;
}

/** The name of a protocolStatus; its number where the specification has none. */
export function protocolStatusName(status: number): string {
  return protocolStatuses.get(status) ?? `protocolStatus ${status}`;
}
