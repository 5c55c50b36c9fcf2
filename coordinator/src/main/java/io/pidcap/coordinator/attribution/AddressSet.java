package io.pidcap.coordinator.attribution;

/** An immutable set of addresses, each in one network namespace; asking makes no objects. */
final class AddressSet {
    /** Three longs for each place: namespace + 1, or 0 for an empty place; the address's halves. */
    private final long[] places;

    private final int mask;
    private final int size;

    private AddressSet(long[] places, int size) {
        this.places = places;
        this.mask = places.length / 3 - 1;
        this.size = size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    boolean contains(int namespace, long high, long low) {
        return places[find(places, mask, namespace, high, low)] != 0;
    }

    AddressSet union(AddressSet other) {
        Builder builder = new Builder(size + other.size);
        builder.addAll(this);
        builder.addAll(other);
        return builder.build();
    }

    private static int find(long[] places, int mask, int namespace, long high, long low) {
        long hash = (high * 31 + low + namespace) * 0x9e37_79b9_7f4a_7c15L;
        int place = (int) (hash >>> 40) & mask;
        while (true) {
            int at = place * 3;
            if (places[at] == 0 || (places[at] == namespace + 1L && places[at + 2] == low && places[at + 1] == high)) {
                return at;
            }
            place = (place + 1) & mask;
        }
    }

    static final class Builder {
        private final long[] places;
        private final int mask;
        private int size;

        /** For at most so many. */
        Builder(int capacity) {
            int length = Integer.highestOneBit(Math.max(4, capacity * 2)) * 2;
            places = new long[length * 3];
            mask = length - 1;
        }

        void add(int namespace, long high, long low) {
            int at = find(places, mask, namespace, high, low);
            if (places[at] == 0) {
                places[at] = namespace + 1L;
                places[at + 1] = high;
                places[at + 2] = low;
                size++;
            }
        }

        void addAll(AddressSet set) {
            for (int at = 0; at < set.places.length; at += 3) {
                if (set.places[at] != 0) {
                    add((int) (set.places[at] - 1), set.places[at + 1], set.places[at + 2]);
                }
            }
        }

        AddressSet build() {
            return new AddressSet(places, size);
        }
    }
}
