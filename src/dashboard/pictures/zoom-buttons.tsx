/** Larger, smaller, and all of it: the same for every picture. */

interface ZoomButtonsProps {
  readonly label: string;
  readonly zoom: (by: number) => void;
  readonly showAll: () => void;
}

export const zoomStep = 1.25;

export function ZoomButtons({ label, zoom, showAll }: ZoomButtonsProps) {
  return (
    <div class="zoom" role="group" aria-label={label}>
      <button type="button" aria-label="Larger (+)" onClick={() => zoom(zoomStep)}>
        +
      </button>
      <button type="button" aria-label="Smaller (-)" onClick={() => zoom(1 / zoomStep)}>
        −
      </button>
      <button type="button" aria-label="Show all (0)" onClick={showAll}>
        ⤢
      </button>
    </div>
  );
}
