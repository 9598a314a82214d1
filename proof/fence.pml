/*
 * A handler that hangs: its boot is fenced, the next boot's scanner begins at the cursor, and the old thread
 * goes on at any later time. A writer keeps the ring full. The old boot may have wiped a part of what lies
 * before the cursor: the next one wipes all of it again. Here no store follows the revocation; with LATE
 * one store of the wipe does.
 */
#define CAP 3
#define MSGS 5
byte body[CAP];
byte tail, head, cursor, attempt;
byte boot;
bool revoked[2];
byte last;
#ifdef LATE
bool late;
#endif

#ifdef NO_FENCE
#define DO(x) atomic { x }
#else
#ifdef BOOT_CHECK
#define DO(x) if :: boot == me :: else -> goto ended fi; atomic { x }
#else
#define DO(x) atomic { if :: revoked[me] -> goto ended :: else fi; x }
#endif
#endif
#ifdef LATE
#define WIPE(x) atomic { if :: revoked[me] && late -> goto ended :: revoked[me] && !late -> late = true :: else fi; x }
#else
#define WIPE(x) DO(x)
#endif

proctype Writer() {
    do
    :: tail == MSGS -> break
    :: tail < MSGS -> atomic { tail - head < CAP -> body[tail % CAP] = tail + 1; tail++ }
    od
}

/* Scanner.delete, Wipe.between */
inline delete() {
    w = from;
    do
    :: w < p -> WIPE(body[w % CAP] = 0); w++
    :: else -> break
    od;
    DO(head = p);
    from = p
}

proctype Scanner(byte me) {
    byte p, i, w, from;
    bool again;
    atomic { p = cursor; from = head }
    if
    :: from < p -> delete()
    :: else
    fi;
    do
    :: atomic { (p < tail || boot != me); if :: boot != me && p >= tail -> goto ended :: else fi }
        DO(again = (attempt == p + 1); attempt = p + 1);
        DO(i = body[p % CAP]; assert(i == last + 1 || (again && i == last)); last = i);
        /* the handler runs here, and may hang */
        DO(assert(body[p % CAP] == i));
        p++;
        DO(cursor = p);
        if
        :: true -> delete()
        :: p < tail                     /* put off */
        fi
    od;
ended:
    skip
}

init {
    atomic { run Writer(); run Scanner(0) }
    if
    :: revoked[0] = true;               /* View.revoke, before the next boot */
        atomic { boot = 1; run Scanner(1) }
    :: skip
    fi;
    timeout -> assert(tail == MSGS && last == MSGS && cursor == MSGS)
}
