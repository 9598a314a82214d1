/*
 * Can a sender of small messages keep one of a large message waiting for ever? The ring holds two units,
 * the large message takes both; the scanner deletes one unit at a time. Under weak fairness.
 */
byte used, lease;
bool waits, written;

active proctype Large() {
again:
    if
    :: atomic { lease == 0 -> lease = 1 }
#ifndef NO_QUEUE_AFTER_RACES
    :: atomic { lease != 0 -> waits = true }; atomic { lease == 0 -> lease = 1 }
#endif
    fi;
    if
    :: used == 0 -> used = 2; written = true; lease = 0; waits = false
    :: used != 0 -> waits = true; lease = 0; used == 0; goto again
    fi
}

active proctype Small() {
    do
    :: atomic { lease == 0 -> lease = 2 }
        if
#ifdef NO_GIVING_WAY
        :: used < 2 -> used++; lease = 0
        :: used == 2 -> lease = 0; used < 2
#else
        :: !waits && used < 2 -> used++; lease = 0
        :: waits -> lease = 0; !waits           /* QUEUED: behind who waits */
        :: !waits && used == 2 -> lease = 0; used < 2
#endif
        fi
    od
}

active proctype Scanner() {
    do :: used > 0 -> used-- od
}

ltl claim { <> written }
