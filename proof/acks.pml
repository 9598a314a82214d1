/*
 * Acknowledgement words and notice bits: two peers read messages of one source that asked to be notified;
 * the source hears. Kill -9 at any step; what was read and not deleted is acknowledged again on attach.
 */
#ifndef KILLS
#define KILLS 0
#endif
#define MSGS 2
byte cursor[2], head[2];
byte ack[2];                    /* in the source's page, one word a peer: position read, plus 1 */
bool notice[2], summary;
byte heard[2], gen;

#define DO(x) atomic { if :: gen == g -> skip :: else -> goto killed fi; x }

/* Scanner.record, Peers.read, Scanner.delete */
proctype Peer(byte me; byte g) {
    do
    :: cursor[me] == MSGS -> break
    :: cursor[me] < MSGS ->
        DO(cursor[me]++);
#ifdef DELETE_FIRST
        DO(head[me] = cursor[me]);
#endif
#ifdef NOTICE_FIRST
        DO(notice[me] = true);
        DO(summary = true);
        DO(ack[me] = cursor[me]);
#else
        DO(ack[me] = cursor[me]);
#ifdef SUMMARY_FIRST
        DO(summary = true);
        DO(notice[me] = true);
#else
        DO(notice[me] = true);
        DO(summary = true);
#endif
#endif
#ifndef DELETE_FIRST
        DO(head[me] = cursor[me])
#endif
    od;
killed:
    skip
}

/* Peers.hear */
proctype Source(byte g) {
    byte bits;
endIdle:
    do
    :: atomic { gen == g && summary ->
#ifndef TAKE_LATE
        summary = false
#endif
        }
        DO(bits = notice[0] + 2 * notice[1]; notice[0] = false; notice[1] = false);
#ifdef TAKE_LATE
        DO(summary = false);
#endif
        if :: bits & 1 -> DO(assert(ack[0] >= heard[0]); heard[0] = ack[0]) :: else fi;
        if :: bits & 2 -> DO(assert(ack[1] >= heard[1]); heard[1] = ack[1]) :: else fi;
        DO(bits = 0)
    :: atomic { gen != g -> break }
    od;
killed:
    skip
}

init {
    byte p;
    atomic { run Peer(0, 0); run Peer(1, 0); run Source(0) }
    do
    :: gen < KILLS ->
        gen++;
        (_nr_pr == 1);
        /* Attach.acknowledge: record by record, from the first not deleted */
        p = 0;
        do
        :: p < 2 ->
#ifndef NO_REDO
            if
            :: head[p] < cursor[p] -> ack[p] = cursor[p]; notice[p] = true; summary = true
            :: else
            fi;
#endif
            head[p] = cursor[p]; p++
        :: else -> break
        od;
        atomic { heard[0] = 0; heard[1] = 0; p = 0; run Peer(0, gen); run Peer(1, gen); run Source(gen) }
    :: timeout -> break
    od;
    assert(ack[0] == MSGS && ack[1] == MSGS);           /* what a source asks for is true */
    assert(gen > 0 || (heard[0] == MSGS && heard[1] == MSGS))
}
