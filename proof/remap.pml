/*
 * The remap of an IPCA from region 0 to region 1 while two writers write, one of them perhaps parked in its
 * section for as long as it likes; kill -9 at any step. All records have one unit.
 *
 * The order is Remap.move's: lease MOVED, view revoked, chain copied to the same positions, control words,
 * look-up switched, successor named. A store through a revoked view throws; with LATE one store may
 * still follow the revocation.
 */
#define CAP 4
#ifndef MSGS
#define MSGS 2
#endif
#ifndef KILLS
#define KILLS 0
#endif
#define MOVED 9
#define ID(w, s) (4 * (w) + (s) + 1)
#define WRITER(i) (((i) - 1) / 4)
#define NUMBER(i) (((i) - 1) % 4)
#define WORD(r, p) word[(r) * CAP + (p) % CAP]
#define BODY(r, p) body[(r) * CAP + (p) % CAP]

byte word[2 * CAP], body[2 * CAP];      /* a commit word is its position + 1 */
byte lease[2], tail[2], cursor[2], head[2], attempt[2];
bool revoked[2];
byte control;                           /* the look-up: PartitionTable.control */
bool succeeded;                         /* Area.succession of region 0 */
byte salvaged;
bool scanning, moving;                  /* one thread does both: never at once */
byte gen;
byte parked = 255;

byte begun[2], last[2];
bool done[2], sent[8], got[8];

#ifdef NO_REST
#define BUSY(x) false
#else
#define BUSY(x) x
#endif
#define DO(x) atomic { if :: gen == g -> skip :: else -> goto killed fi; x }
#ifdef NO_REVOKE
#define STORE(x) DO(x)
#else
#ifdef LATE
#define STORE(x) DO(if :: revoked[r] && late -> goto moved :: revoked[r] && !late -> late = true :: else fi; x)
#else
#define STORE(x) DO(if :: revoked[r] -> goto moved :: else fi; x)
#endif
#endif

proctype Writer(byte w; byte g) {
    byte i, r, p, c;
    bool committed, late;
next:
    DO(if :: begun[w] == MSGS -> done[w] = true; goto killed :: else fi;
        i = ID(w, begun[w]); begun[w]++);
look:
    DO(r = control; late = false; committed = false);
take:
    atomic {
        (lease[r] == 0 || lease[r] == MOVED || revoked[r] || gen != g);
        if
        :: gen != g -> goto killed
        :: else ->
            if :: revoked[r] || lease[r] == MOVED -> goto moved :: else -> lease[r] = w + 1 fi
        fi
    }
    DO(p = tail[r]);
    do
    :: DO(c = WORD(r, p); if :: c == 0 -> break :: else -> assert(c == p + 1); p++ fi)
    od;
    if
    :: p - head[r] + 2 <= CAP
    :: else ->
        STORE(lease[r] = 0);
        atomic {
            (p - head[r] + 2 <= CAP || revoked[r] || lease[r] == MOVED || gen != g);
            p = 0; goto take
        }
    fi;
    STORE(BODY(r, p) = i);
    STORE(WORD(r, p + 1) = 0);
    STORE(WORD(r, p) = p + 1; committed = true);
    STORE(tail[r] = p + 1);
    /* Area.release looks, then stores: MOVED may be overwritten, which the revoked view makes harmless */
    DO(c = lease[r]);
    if :: c == w + 1 -> STORE(lease[r] = 0) :: else fi;
    goto written;
moved:
    /* Vsr.write, Vsr.awaitSuccession */
    atomic { (succeeded || gen != g); if :: gen != g -> goto killed :: else fi; c = 0; late = false }
#ifdef TRUST
    if :: committed -> goto written :: else fi;
#else
#ifndef RETRY
    if :: committed && p < salvaged -> goto written :: else fi;
#endif
#endif
    DO(p = 0; goto look);
written:
    DO(sent[i - 1] = true; i = 0; p = 0; c = 0; r = 0; committed = false; late = false; goto next);
killed:
    skip
}

proctype Scanner(byte g) {
    byte r, i, p;
    bool again;
    do
    :: atomic {
        (gen != g || (WORD(control, cursor[control]) != 0 && !BUSY(moving)));
        if :: gen != g -> goto killed :: else fi;
        scanning = true; r = control; p = cursor[r];
        assert(WORD(r, p) == p + 1)
    }
        DO(again = (attempt[r] == p + 1); attempt[r] = p + 1);
        DO(i = BODY(r, p);
            assert(i > 0 && NUMBER(i) < MSGS);
            assert(!got[i - 1] || again);
            assert(NUMBER(i) + 1 > last[WRITER(i)] || (again && NUMBER(i) + 1 == last[WRITER(i)]));
            last[WRITER(i)] = NUMBER(i) + 1; got[i - 1] = true);
        DO(assert(BODY(r, p) == i));
        DO(cursor[r] = p + 1);
        DO(head[r] = p + 1);
        DO(scanning = false; r = 0; i = 0; p = 0; again = false)
    od;
killed:
    skip
}

inline shutOut() {
    DO(lease[0] = MOVED);               /* Area.storeMoved */
    DO(revoked[0] = true)               /* View.revoke */
}

/* Remap.move, Vsr.move */
proctype Mover(byte g) {
    byte p, q;
    atomic {
        (gen != g || !BUSY(scanning));
        if :: gen != g -> goto killed :: else -> moving = true fi
    }
#ifndef COPY_FIRST
    shutOut();
#endif
#ifdef SWITCH_FIRST
    DO(control = 1);
#endif
    DO(p = cursor[0]; q = p);
#ifdef RESTART
    DO(q = 0);
#endif
    DO(cursor[1] = q; head[1] = q);
    do
    :: DO(if :: WORD(0, p) == 0 -> break :: else fi; BODY(1, q) = BODY(0, p); WORD(1, q) = q + 1; p++; q++)
    od;
    DO(tail[1] = q);
#ifndef NO_ATTEMPT
    DO(attempt[1] = attempt[0]);
#endif
#ifndef SWITCH_FIRST
    DO(control = 1);                    /* PartitionTable.moved */
#endif
#ifdef COPY_FIRST
    shutOut();
#endif
    DO(salvaged = p; succeeded = true; moving = false);
killed:
    skip
}

init {
    byte p;
    atomic { run Writer(0, 0); run Writer(1, 0); run Scanner(0); run Mover(0) }
    do
    :: gen < KILLS ->
        gen++;
        (_nr_pr == 1);
        atomic {
            scanning = false; moving = false; succeeded = false; revoked[0] = false; revoked[1] = false;
            lease[control] = 0;
            p = cursor[control];
            head[control] = p;
            do :: WORD(control, p) != 0 -> p++ :: else -> break od;
            tail[control] = p;
            /* Attach.create clears a region before it is used again */
            if
            :: control == 0 ->
                p = CAP;
                do :: p < 2 * CAP -> word[p] = 0; body[p] = 0; p++ :: else -> break od;
                lease[1] = 0; tail[1] = 0; cursor[1] = 0; head[1] = 0; attempt[1] = 0;
                run Mover(gen)
            :: else
            fi;
            p = 0;
            run Writer(0, gen); run Writer(1, gen); run Scanner(gen)
        }
    :: timeout -> break
    od;
    atomic {
        p = 0;
        do :: p < 8 -> assert(!sent[p] || got[p]); p++ :: else -> break od;
        assert(done[0] && done[1] && control == 1)
    }
}
