/** A long list of rows of one height, of which only those in sight are drawn. */
import { useComputed, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface ListingProps<Item> {
  readonly items: readonly Item[];
  readonly rowHeight: number;
  readonly label: string;
  readonly row: (item: Item, at: number) => ComponentChildren;
  /** Stays at the end while it is there. */
  readonly follows?: boolean;
}

const spareRows = 8;

export function Listing<Item>({
  items,
  rowHeight,
  label,
  row,
  follows = false,
}: ListingProps<Item>) {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const room = useSignal(600);
  const atEnd = useRef(follows);
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      room.value = box.current?.clientHeight ?? 0;
    });
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (follows && atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [items.length]);
  const first = useComputed(() => Math.max(0, Math.floor(top.value / rowHeight) - spareRows));
  const from = Math.min(first.value, Math.max(0, items.length - 1));
  const count = Math.ceil(room.value / rowHeight) + 2 * spareRows;
  const onScroll = (): void => {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = box.current ?? {};
    top.value = scrollTop;
    atEnd.current = scrollTop + clientHeight >= scrollHeight - rowHeight;
  };
  return (
    <div
      class="listing"
      ref={box}
      onScroll={onScroll}
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <ul class="listing-rows" style={{ height: `${items.length * rowHeight}px` }}>
        {items.slice(from, from + count).map((item, at) => (
          <li
            key={from + at}
            class="listing-row"
            style={{
              transform: `translateY(${(from + at) * rowHeight}px)`,
              height: `${rowHeight}px`,
            }}
          >
            {row(item, from + at)}
          </li>
        ))}
      </ul>
    </div>
  );
}
