/** The option by which a command is a hub that workers can join. */
import { InvalidArgumentError, Option } from 'commander';

export interface BusAddress {
  readonly host: string;
  readonly port: number;
}

export function busOption(): Option {
  const what = 'let workers join at this address: see troupe worker --help';
  return new Option('--bus <host:port>', what).argParser(readBusAddress);
}

/** `0.0.0.0:7700`, `[::1]:7700`, or a port of this machine alone. */
function readBusAddress(given: string): BusAddress {
  const found = /^(?:(?:\[(?<six>[0-9a-f:.]+)\]|(?<name>[^:[\]]+)):)?(?<port>\d{1,5})$/i.exec(
    given,
  );
  const { six, name, port = '' } = found?.groups ?? {};
  if (found && Number(port) <= 65_535) {
    return { host: six ?? name ?? '127.0.0.1', port: Number(port) };
  }
  throw new InvalidArgumentError('Write it as host:port, such as 127.0.0.1:7700.');
}
