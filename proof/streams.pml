/*
 * Chunked messages: the word of a stream entry under its sender, the receiver, and the control thread that
 * aborts what a sender that has ended leaves. One entry, so that it is used again; two senders with one
 * message of two chunks each; kill -9 at any step. The ring is a sequence of committed records.
 *
 * A sender may give up between two chunks, or end at any step. The receiver may refuse at a chunk.
 */
#ifndef KILLS
#define KILLS 0
#endif
#ifndef ENDS
#define ENDS 1
#endif
#define FREE 0
#define COMPLETE 1
#define OPEN 2
#define ABORTED 3
#define REFUSED 4
#define CHUNKS 2
#define RECORDS 6

byte id, row, state = FREE, next = 1;   /* the word of the entry; FREE has no id */
byte lastChunk;                         /* position + 1 of the last chunk committed before the final one */
bool dirty;
byte ring[RECORDS], part[RECORDS], end, cursor;
byte gen, ends = ENDS;
bool ended[2];

byte heard[4];                          /* chunks handled, by id */
byte given[4];                          /* chunks committed by a sender that gave up, plus 1 */
bool refused[4], told[4], whole[4], sent[4];
byte toldIn[4];

#define DO(x) atomic { if :: gen == g -> skip :: else -> goto killed fi; x }

proctype Sender(byte w; byte g) {
    byte me, k;
    bool all;
    /* Streams.open */
    atomic {
        (state == FREE || gen != g);
        if :: gen != g -> goto killed :: else fi;
        me = next; next++; id = me; row = w; state = OPEN
    }
    DO(lastChunk = 0);
    do
    :: k == CHUNKS -> break
    :: k < CHUNKS ->
        if
        :: DO(if :: !(id == me && state == OPEN) -> break :: else fi)
        fi;
        if
        :: true -> DO(ring[end] = me; part[end] = k + 1; end++; k++; all = (k == CHUNKS))
        :: k > 0 && ends > 0 -> DO(ends--; given[me] = k + 1; break)     /* no room till the deadline */
        :: ends > 0 -> DO(ends--; ended[w] = true; goto killed)
        fi;
        if
        :: all -> DO(if :: id == me && state == OPEN -> state = COMPLETE :: else fi; sent[me] = true)
        :: !all -> DO(if :: id == me -> lastChunk = end :: else fi)
        fi;
        if
        :: !all && ends > 0 -> DO(ends--; ended[w] = true; goto killed)
        :: true
        fi
    od;
    if
    :: all
    :: !all ->                                              /* Streams.abort */
        DO(k = 0; if :: id == me && state == OPEN -> state = ABORTED; k = 1 :: else fi);
        if
        :: k == 1 -> DO(dirty = true)
        :: k == 0 -> DO(if :: id == me && state == REFUSED -> state = FREE; id = 0 :: else fi)
        fi
    fi;
killed:
    skip
}

/* Vsr.abortStreams, when the partition of a sender has ended */
proctype Control(byte g) {
    byte me;
endIdle:
    do
    :: atomic { gen == g && (state == OPEN || state == REFUSED) && ended[row] -> me = id }
        DO(if
            :: id == me && state == OPEN -> state = ABORTED
            :: id == me && state == REFUSED -> state = FREE; id = 0
            :: else
            fi);
        DO(if :: id == me && state == ABORTED -> dirty = true :: else fi; me = 0)
    :: atomic { gen != g -> break }
    od;
killed:
    skip
}

proctype Receiver(byte g) {
    byte s, c, seen;
    do
    :: atomic { cursor < end && gen == g -> s = ring[cursor]; c = part[cursor] }
        DO(seen = (id == s && state != REFUSED && state != FREE));      /* Streams.wanted */
        if
        :: seen ->
            DO(assert(!told[s] || toldIn[s] != g);          /* no chunk behind the end */
                assert(c == heard[s] + 1 || c == heard[s]);
                heard[s] = c);
            if
            :: !refused[s] ->                               /* Streams.refuse */
#ifdef PLAIN_REFUSE
                DO(seen = (id == s && state == OPEN));
                if :: seen -> DO(id = s; state = REFUSED; refused[s] = true) :: else fi
#else
                DO(if :: id == s && state == OPEN -> state = REFUSED; refused[s] = true :: else fi)
#endif
            :: true
            fi
        :: else
        fi;
#ifdef MARK_FIRST
        DO(cursor++);
#endif
        if
        :: c == CHUNKS ->                                   /* Streams.done */
            DO(if :: id == s -> state = FREE; id = 0 :: else fi;
                whole[s] = whole[s] || heard[s] == CHUNKS)
        :: else
        fi;
#ifndef MARK_FIRST
        DO(cursor++);
#endif
        DO(s = 0; c = 0; seen = false)
    :: atomic { dirty && gen == g -> dirty = false; seen = false }      /* Streams.hear */
#ifdef ABORT_EARLY
#define READ true
#else
#define READ (lastChunk <= cursor)
#endif
        if
        :: state == ABORTED && READ ->
#ifdef FREE_FIRST
            DO(s = id; state = FREE; id = 0);
            DO(assert(!whole[s]); assert(given[s] == 0 || refused[s] || heard[s] + 1 == given[s]);
                told[s] = true; toldIn[s] = g)
#else
            DO(s = id; assert(!whole[s]); assert(given[s] == 0 || refused[s] || heard[s] + 1 == given[s]);
                told[s] = true; toldIn[s] = g);
            DO(state = FREE; id = 0)
#endif
        :: state == ABORTED && !READ -> DO(seen = true)
        :: state != ABORTED
        fi;
        if :: seen -> DO(dirty = true) :: else fi;
        DO(s = 0; seen = false)
    :: atomic { gen != g -> break }
    od;
killed:
    skip
}

init {
    byte p;
    bool final;
    atomic { run Sender(0, 0); run Sender(1, 0); run Receiver(0); run Control(0) }
    do
    :: gen < KILLS ->
        gen++;
        (_nr_pr == 1);
        /* Streams.attach */
        atomic {
            p = cursor; final = false;
            do
            :: p < end -> final = final || (ring[p] == id && part[p] == CHUNKS); p++
            :: else -> break
            od;
            if
            :: state == FREE
            :: state != FREE && !final ->
                if
                :: state == REFUSED -> state = FREE; id = 0
                :: else -> state = ABORTED
                fi
            :: state == OPEN && final -> state = COMPLETE
            :: state != OPEN && state != FREE && final
            fi;
            p = 0; final = false
        }
#ifndef NO_DIRTY_AT_ATTACH
        dirty = true;
#endif
        atomic { run Receiver(gen); run Control(gen) }
    :: timeout -> break
    od;
    atomic {
        p = 1;
        do
        :: p < next ->
            assert(!sent[p] || refused[p] || whole[p]);             /* sent: all of it arrives */
            assert(heard[p] == 0 || refused[p] || whole[p] || told[p]);     /* else its end is told */
            assert(!(whole[p] && told[p]));
            p++
        :: else -> break
        od;
        assert(state == FREE)                                       /* the entry can be used again */
    }
}
