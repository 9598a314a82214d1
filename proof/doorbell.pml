/*
 * The doorbell: the scanner sets `sleeping` under the lease, looks once more and parks; a writer reads
 * `sleeping` when it has taken the lease, and rings behind its release. Stores lie in a store buffer, in
 * order, until they reach memory at any later time; a compare-and-set empties it first.
 *
 * A writer may end behind its commit without ringing: then who breaks its lease rings.
 */
#define COMMIT 0
#define SLEEPING 1
#define LEASE 2
#ifndef MSGS
#define MSGS 2
#endif
#ifndef ENDS
#define ENDS 1
#endif

byte memory[3];
chan buffer[3] = [4] of { byte, byte };
bool permit;                    /* LockSupport's, of the scanner's thread */
byte seen, ends = ENDS;
bool dead[3];

#define STORE(me, at, value) buffer[me] ! at, value
#define TAKE(me) atomic { empty(buffer[me]) && memory[LEASE] == 0 -> memory[LEASE] = me + 1 }

proctype Memory() {
    byte at, value;
endIdle:
    do
    :: atomic { nempty(buffer[0]) -> buffer[0] ? at, value; memory[at] = value; at = 0; value = 0 }
    :: atomic { nempty(buffer[1]) -> buffer[1] ? at, value; memory[at] = value; at = 0; value = 0 }
    :: atomic { nempty(buffer[2]) -> buffer[2] ? at, value; memory[at] = value; at = 0; value = 0 }
    od
}

proctype Writer(byte me) {
    byte k;
    bool wake;
    do
    :: k == MSGS -> break
    :: else ->
        k++;
#ifdef LOOK_EARLY
        wake = memory[SLEEPING];
#endif
        TAKE(me);
#ifndef LOOK_EARLY
        wake = memory[SLEEPING];                        /* Area.held */
#endif
        STORE(me, COMMIT, memory[COMMIT] + 1);
        if
        :: atomic { ends > 0 -> ends--; dead[me] = true; break }
        :: true
        fi;
        STORE(me, LEASE, 0);                            /* Area.release */
        if :: wake -> permit = true :: else fi;         /* Doorbell.ring */
        wake = false
    od
}

/* A foreign read: it takes the lease, writes nothing, and breaks the lease of who is gone */
proctype Visitor() {
    if
    :: atomic { memory[LEASE] > 0 && dead[memory[LEASE] - 1] && empty(buffer[memory[LEASE] - 1]) ->
        memory[LEASE] = 0 }
#ifndef NO_BREAK_RING
        permit = true
#endif
    fi
}

proctype Scanner() {
    do
    :: atomic { memory[COMMIT] > seen -> seen = memory[COMMIT] }
    :: memory[COMMIT] == seen ->                        /* Scanner.await */
#ifdef NO_LEASE
        STORE(0, SLEEPING, 1);
#else
        if
        :: TAKE(0); STORE(0, SLEEPING, 1); STORE(0, LEASE, 0)
        :: memory[LEASE] != 0 -> goto busy              /* parks for a moment and looks again */
        fi;
#endif
#ifndef NO_SECOND_LOOK
        if
        :: memory[COMMIT] > seen
        :: memory[COMMIT] == seen ->
#endif
            atomic { permit -> permit = false }
#ifndef NO_SECOND_LOOK
        fi;
#endif
        STORE(0, SLEEPING, 0);
busy:
        skip
    od
}

init {
    atomic { run Memory(); run Scanner(); run Writer(1); run Writer(2); run Visitor() }
    timeout -> assert(seen == memory[COMMIT])
}
