/** The options by which a command has agents elsewhere. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UserError } from '../../src/index.ts';

export interface BusAddress {
  readonly host: string;
  readonly port: number;
}

export interface BusOptions {
  readonly bus?: BusAddress;
  readonly isolate?: 'process';
  readonly nats?: string;
  readonly tls?: true;
  readonly cert?: string;
  readonly key?: string;
}

/** The hub of one command that has no other door. */
export function addBus(command: Command): Command {
  return command
    .addOption(busOption())
    .addOption(tlsOption())
    .option('--cert <file>', 'with --bus: the certificate for TLS, PEM')
    .option('--key <file>', 'with --bus: its key, PEM')
    .addOption(
      new Option('--nats <urls>', 'call workers over these NATS servers').conflicts('bus'),
    );
}

/** What is said of a hub where there is none would be taken for done. */
export function requireBusFor({ bus, tls, cert, key }: BusOptions): void {
  const wish = Object.entries({ tls, cert, key }).find(([, value]) => value !== undefined);
  if (!wish || bus) return;
  const message = `--${wish[0]} is for a hub, and none is opened`;
  throw new UserError('bus.none', message, 'name its address: --bus HOST:PORT');
}

export const isolateOption = (): Option =>
  new Option('--isolate <how>', 'let each agent work in a process of its own')
    .choices(['process'])
    .conflicts(['bus', 'nats']);

export const tlsOption = (): Option =>
  new Option('--tls', 'with --bus: speak TLS, with a certificate of its own; prints its pin');

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
