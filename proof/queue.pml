/*
 * The wait queue: who finds no room gets in line, looks again, and parks; the scanner deletes, fences,
 * looks at `waiters` and wakes the first; who leaves the line wakes the next. A deadline may end each
 * wait. Stores of the scanner lie in a store buffer until they reach memory; a waiter's compare-and-set
 * of the lease empties its own.
 */
#ifndef ROOM
#define ROOM 1
#endif
byte tail = ROOM, head, cursor, lease, waiters;
byte line[2], length;           /* WaitQueue.line */
chan deletes = [4] of { byte };
bool permit[2], written[2], late[2];
byte deadlines = 1;

#define FIRST(me) (length > 0 && line[0] == me)

inline leave(me) {              /* WaitQueue.leave, under its monitor */
    atomic {
        if :: line[0] == me -> line[0] = line[1] :: else fi;
        length--; waiters = length;
#ifndef NO_PASS_ON
        if :: length > 0 -> permit[line[0]] = true :: else fi
#endif
    }
}

/* Area.attempt: r = 0 no room, 1 written, 2 others are first */
inline attempt(me) {
    atomic { lease == 0 -> lease = me + 1 }
    if
    :: waiters > 0 && !FIRST(me) -> r = 2
    :: else ->
        h = head;
        if :: tail - h < ROOM -> tail++; r = 1 :: else -> r = 0 fi
    fi;
    lease = 0; h = 0
}

proctype Writer(byte me) {
    byte r, h;
    attempt(me);
    if
    :: r == 1 -> written[me] = true
    :: else ->
        atomic { line[length] = me; length++; waiters = length }
#ifdef NO_SECOND_TRY
        permit[me] -> permit[me] = false;
#endif
        do
        :: FIRST(me) ->
            attempt(me);
            if
            :: r == 1 -> leave(me); written[me] = true; break
            :: else ->
                if
                :: atomic { permit[me] -> permit[me] = false }
                :: atomic { deadlines > 0 -> deadlines--; late[me] = true }; leave(me); break
                fi
            fi
        :: !FIRST(me) ->
            if
            :: atomic { permit[me] -> permit[me] = false }
            :: atomic { deadlines > 0 -> deadlines--; late[me] = true }; leave(me); break
            fi
        od
    fi
}

proctype Memory() {
endIdle:
    do :: atomic { nempty(deletes) -> deletes ? head } od
}

proctype Scanner() {
    do
    :: cursor < tail ->
        cursor++;
        if :: cursor < tail -> cursor++ :: true fi;
        deletes ! cursor;                       /* Scanner.delete */
#ifndef NO_FENCE
        empty(deletes);
#endif
        if
        :: waiters > 0 -> atomic { if :: length > 0 -> permit[line[0]] = true :: else fi }
        :: waiters == 0
        fi
    od
}

init {
    atomic { run Memory(); run Scanner(); run Writer(0); run Writer(1) }
    timeout -> assert((written[0] || late[0]) && (written[1] || late[1]))
}
