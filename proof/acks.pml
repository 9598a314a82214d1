/*
 * Acknowledgement words and notice bits: two peers read messages of one source that asked to be notified;
 * the source hears. Kill -9 at any step, of attach too; what was read and not deleted is acknowledged again
 * on attach, and by the next boot of a peer that was fenced at any step.
 *
 * A record has a commit word and all else. What a peer has read it wipes before it stores the head: the first
 * commit word, then the rest in any order; so who acknowledges again may find any part of it.
 */
#ifndef KILLS
#define KILLS 0
#endif
#ifndef BOOTS
#define BOOTS 0                 /* boots of the first peer that are fenced */
#endif
#define MSGS 2
#define AT(p, q) ((p) * MSGS + (q))
byte cursor[2], head[2];
bool word[2 * MSGS] = true, body[2 * MSGS] = true;
byte ack[2];                    /* in the source's page, one word a peer: position read, plus 1 */
bool notice[2], summary;
byte heard[2], gen, boot[2];

#define MINE (gen == g && boot[me] == b)
#define DO(x) atomic { if :: MINE -> skip :: else -> goto killed fi; x }
#define WHEN(c, x) atomic { c -> if :: MINE -> skip :: else -> goto killed fi; x }

#ifdef WIPE_ANY_ORDER
#define BEFORE_REST 0
#else
#define BEFORE_REST 1
#endif

/* Wipe.between; two bits of `left` for each record */
inline wipe() {
    DO(from = head[me]; left = (1 << 2 * (cursor[me] - from)) - 1);
    do
    :: WHEN(left & 1, word[AT(me, from)] = false; left = left & ~1)
    :: WHEN((left & 2) && !(left & BEFORE_REST), body[AT(me, from)] = false; left = left & ~2)
    :: WHEN((left & 4) && !(left & BEFORE_REST), word[AT(me, from + 1)] = false; left = left & ~4)
    :: WHEN((left & 8) && !(left & BEFORE_REST), body[AT(me, from + 1)] = false; left = left & ~8)
    :: WHEN(left == 0, from = 0; break)
    od
}

/* Peers.read: what is acknowledged only grows */
#ifdef PLAIN_ACK
#define STORE(p, a) ack[p] = a
#else
#define STORE(p, a) ack[p] = (a > ack[p] -> a : ack[p])
#endif

/* Scanner.record, Peers.read, Scanner.delete */
proctype Peer(byte me; byte g; byte b) {
    byte from, left;
#ifndef NO_BOOT_REDO
    if
    :: b > 0 ->
        DO(from = head[me]);
        do
        :: WHEN(from < cursor[me] && word[AT(me, from)],
            if :: body[AT(me, from)] -> STORE(me, from + 1); notice[me] = true; summary = true :: else fi;
            from++)
        :: WHEN(from >= cursor[me] || !word[AT(me, from)], from = 0; break)
        od
    :: else
    fi;
#endif
    if
    :: b > 0 -> wipe(); DO(head[me] = cursor[me])
    :: else
    fi;
    do
    :: cursor[me] == MSGS -> break
    :: cursor[me] < MSGS ->
        DO(cursor[me]++);
#ifdef DELETE_FIRST
        DO(head[me] = cursor[me]);
#endif
#ifdef WIPE_BEFORE_ANSWER
        wipe();
#endif
#ifdef NOTICE_FIRST
        DO(notice[me] = true);
        DO(summary = true);
        DO(STORE(me, cursor[me]));
#else
        DO(STORE(me, cursor[me]));
#ifdef SUMMARY_FIRST
        DO(summary = true);
        DO(notice[me] = true);
#else
        DO(notice[me] = true);
        DO(summary = true);
#endif
#endif
#ifndef DELETE_FIRST
        if
        :: cursor[me] < MSGS            /* put off */
        :: true ->
#ifndef WIPE_BEFORE_ANSWER
            wipe();
#endif
            DO(head[me] = cursor[me])
        fi
#endif
    od;
killed:
    skip
}

#define SDO(x) atomic { if :: gen == g -> skip :: else -> goto killed fi; x }

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
        SDO(bits = notice[0] + 2 * notice[1]; notice[0] = false; notice[1] = false);
#ifdef TAKE_LATE
        SDO(summary = false);
#endif
        if :: bits & 1 -> SDO(assert(ack[0] >= heard[0]); heard[0] = ack[0]) :: else fi;
        if :: bits & 2 -> SDO(assert(ack[1] >= heard[1]); heard[1] = ack[1]) :: else fi;
        SDO(bits = 0)
    :: atomic { gen != g -> break }
    od;
killed:
    skip
}

/* Attach.repair: record by record, from the first not deleted; it may be killed at each store */
#define KILL if :: gen < KILLS -> gen++; goto again :: true fi

init {
    byte p, q;
    atomic { run Peer(0, 0, 0); run Peer(1, 0, 0); run Source(0) }
    do
    :: boot[0] < BOOTS && gen == 0 ->
        atomic { boot[0]++; run Peer(0, gen, boot[0]) }
    :: gen < KILLS ->
        gen++;
again:
        (_nr_pr == 1);
        p = 0;
        do
        :: p < 2 ->
#ifndef NO_REDO
            q = head[p];
            do
            :: q < MSGS && word[AT(p, q)] ->
                if
                :: q < cursor[p] && body[AT(p, q)] ->
                    STORE(p, q + 1);
                    KILL;
                    notice[p] = true;
                    KILL;
                    summary = true;
                    KILL
                :: else
                fi;
                q++
            :: else -> break
            od;
#endif
            head[p] = cursor[p];
            KILL;
            p++
        :: else -> break
        od;
        atomic {
            heard[0] = 0; heard[1] = 0; p = 0; q = 0;
            run Peer(0, gen, boot[0]); run Peer(1, gen, 0); run Source(gen)
        }
    :: timeout -> break
    od;
    assert(ack[0] == MSGS && ack[1] == MSGS);           /* what a source asks for is true */
    assert(gen > 0 || (heard[0] == MSGS && heard[1] == MSGS))
}
