/*
 * One IPCA: two writers, the lease, the scanner, whoever breaks the lease of a holder that is gone, and
 * kill -9 of the process at any step followed by attach (which may be killed as well).
 *
 * The ring has CAP units. A unit has two words: word[] is where a commit word would lie, body[] stands for
 * all else. A record of two units has payload in word[] of its second unit, and that payload imitates
 * the commit word that would be right there in the next lap: senders forge. Positions count units for
 * ever. Plain stores happen in every order that the release stores behind them leave.
 *
 * All stores of a write are bits of `todo`; each goes as soon as its condition holds. Dropping a rule
 * takes a condition away. So it is with the wipe of what was read: the first commit word, then all else in
 * any order, then the head. It ends at the tail, because the next holder's repair begins there.
 */
#ifndef CAP
#define CAP 4
#endif
#ifndef MSGS0
#define MSGS0 2
#endif
#ifndef MSGS1
#define MSGS1 2
#endif
#ifndef ENDS
#define ENDS 1          /* holders that end, or throw, in a section */
#endif
#ifndef KILLS
#define KILLS 1
#endif
#ifndef BIG
#define BIG 2           /* units of the largest record */
#endif
#define MSGS(w) ((w) == 0 -> MSGS0 : MSGS1)
#define ID(w, s) (8 * (w) + (s) + 1)
#define WRITER(i) (((i) - 1) / 8)
#define NUMBER(i) (((i) - 1) % 8)
#define AT(p) ((p) % CAP)
#define COMMIT_WORD(p, n) (4 * ((p) + 1) + (n))
#define SIZE(c) ((c) & 3)
#define TAGGED(c, p) ((c) / 4 == (p) + 1)
#define PAD 255

#define BODY 1
#define REST 2          /* second and third unit of a record */
#define BODY2 4         /* the second record of a batch */
#define COMMIT2 16
#define COMMIT 32
#define PAD_BODY 64
#define PAD_COMMIT 128

byte word[CAP], body[CAP];
byte tail, cachedHead, cursor, head;
byte attempt = 255;
byte lease;             /* 0 free, else writer + 1 */
byte gen;               /* how often the process was killed */
byte ends = ENDS;
#ifdef BREAK_LIVE
byte breaks = 1;
#endif
bool dead[2], done[2];

byte begun[2], last[2];
bool sent[16], got[16];

#define DO(x) atomic { if :: gen == g -> skip :: else -> goto killed fi; x }

#ifdef LOOSE_COMMIT
#define BEFORE_COMMIT 0
#else
#define BEFORE_COMMIT (BODY | REST | BODY2 | COMMIT2)
#endif
#ifdef BATCH_FORWARD    /* commit words of a batch in the order of their positions */
#define BEFORE_COMMIT2 (BODY | BODY2 | COMMIT)
#undef BEFORE_COMMIT
#define BEFORE_COMMIT (BODY | REST)
#else
#define BEFORE_COMMIT2 BODY2
#endif
#ifdef PAD_FIRST
#define BEFORE_PAD PAD_BODY
#else
#define BEFORE_PAD (BODY | REST | BODY2 | COMMIT2 | COMMIT | PAD_BODY)
#endif

/*
 * Area.repair, by who breaks a lease, or in whose section something was thrown: the tail may lack what the
 * scanner has read and wiped, and behind the end lies what was begun. p, c and h are 0 before and behind.
 */
inline mend(p, c, h) {
#ifdef MEND_FROM_TAIL
    DO(p = tail);
#else
    DO(p = (tail > cursor -> tail : cursor));
#endif
    do
    :: DO(c = word[AT(p)];
        if
        :: c != 0 -> assert(TAGGED(c, p)); p = p + SIZE(c)
        :: else -> break
        fi)
    od;
#ifndef MEND_ONCE
    do
    :: DO(if :: cursor > p -> p = cursor :: else -> break fi);
        do
        :: DO(c = word[AT(p)];
            if
            :: c != 0 -> assert(TAGGED(c, p)); p = p + SIZE(c)
            :: else -> break
            fi)
        od
    od;
#endif
    DO(tail = p; h = head + CAP; c = 0);
#ifndef MEND_NO_WIPE
    do
    :: DO(if :: p < h -> word[AT(p)] = 0; body[AT(p)] = 0; p++ :: else -> break fi)
    od;
#endif
    DO(p = 0; h = 0)
}

proctype Writer(byte w; byte g) {
    byte i, n, p, pad, c, h;
    short todo;
    bool batch;
next:
    DO(
        if :: begun[w] == MSGS(w) -> done[w] = true; goto killed :: else fi;
        i = ID(w, begun[w]); begun[w]++;
        if :: n = 1 :: n = BIG fi;
#ifdef BATCH
        batch = false;
        if
        :: begun[w] < MSGS(w) -> batch = true; begun[w]++; n = 2
        :: skip
        fi
#endif
    );
take:
    atomic {
        (lease == 0 || gen != g);
        if :: gen != g -> goto killed :: else -> lease = w + 1 fi
    }
    /* Area.end */
    DO(p = tail);
#ifndef NO_REPAIR
    do
    :: DO(c = word[AT(p)];
        if :: c == 0 -> break :: else -> assert(TAGGED(c, p)); p = p + SIZE(c) fi);
#ifdef REPAIR_ONCE
        break
#endif
    od;
    DO(tail = p);
#endif
    /* Area.room */
#ifdef NO_NEXT_WORD
#define ROOM(h) (p - (h) + pad + n <= CAP)
#else
#define ROOM(h) (p - (h) + pad + n + 1 <= CAP)
#endif
    DO(pad = (AT(p) + n > CAP -> CAP - AT(p) : 0));
    if
    :: ROOM(cachedHead)
    :: else ->
        DO(h = head; cachedHead = h);
        if
        :: ROOM(h)
        :: else ->
            DO(lease = 0);
            atomic { (head != h || gen != g); h = 0; goto take }
        fi
    fi;
    /* Area.held, Area.pad */
    atomic {
        h = 0; c = 0;
        todo = BODY | COMMIT;
        if :: batch -> todo = todo | BODY2 | COMMIT2 :: n > 1 && !batch -> todo = todo | REST :: else fi;
        if :: pad > 0 -> todo = todo | PAD_BODY | PAD_COMMIT :: else fi;
        p = p + pad
    }
    do
    :: todo & BODY -> DO(body[AT(p)] = i; todo = todo & ~BODY)
    :: todo & REST -> DO(
        body[AT(p + 1)] = i; word[AT(p + 1)] = COMMIT_WORD(p + 1 + CAP, 1);
#if BIG > 2
        if :: n > 2 -> body[AT(p + 2)] = i; word[AT(p + 2)] = COMMIT_WORD(p + 2 + CAP, 1) :: else fi;
#endif
        todo = todo & ~REST)
    :: todo & BODY2 -> DO(body[AT(p + 1)] = i + 1; todo = todo & ~BODY2)
    :: (todo & COMMIT2) && !(todo & BEFORE_COMMIT2) ->
        DO(word[AT(p + 1)] = COMMIT_WORD(p + 1, 1); todo = todo & ~COMMIT2)
    :: (todo & COMMIT) && !(todo & BEFORE_COMMIT) ->
        DO(word[AT(p)] = COMMIT_WORD(p, (batch -> 1 : n)); todo = todo & ~COMMIT)
    :: todo & PAD_BODY -> DO(body[AT(p - pad)] = PAD; todo = todo & ~PAD_BODY)
    :: (todo & PAD_COMMIT) && !(todo & BEFORE_PAD) ->
        DO(word[AT(p - pad)] = COMMIT_WORD(p - pad, pad); todo = todo & ~PAD_COMMIT)
    :: todo == 0 -> break
#ifdef LOOSE_LEASE
    :: lease == w + 1 -> DO(lease = 0)
#endif
    :: ends > 0 && todo != 0 ->         /* the thread ends here */
        DO(ends--; dead[w] = true; todo = 0; n = 0; p = 0; pad = 0; goto killed)
    :: ends > 0 && todo != 0 ->         /* something is thrown here: finally frees the lease */
        DO(ends--; todo = 0; n = 0; p = 0; pad = 0; i = 0; batch = false);
        mend(p, c, h);
        DO(if :: lease == w + 1 -> lease = 0 :: else fi; goto next)
    od;
#ifdef LOOSE_LEASE
    DO(if :: lease == w + 1 -> lease = 0 :: else fi);
    if
    :: true -> DO(tail = p + n)
    :: ends > 0 -> DO(ends--; dead[w] = true; goto killed)
    fi;
#else
    if
    :: true -> DO(tail = p + n)
    :: ends > 0 -> DO(ends--; dead[w] = true; goto killed)
    fi;
    /* Area.release */
    DO(if :: lease == w + 1 -> lease = 0 :: else fi);
#endif
    DO(sent[i - 1] = true; if :: batch -> sent[i] = true :: else fi; i = 0; n = 0; p = 0; pad = 0; batch = false; goto next);
killed:
    skip
}

#define BREAKER 3

/* Area.contended, on whichever thread it is; it may end while it mends, and another goes on */
proctype Breaker(byte g) {
    byte p, c, h;
    byte again = ENDS;
endIdle:
    do
    :: atomic { gen != g -> break }
#ifndef NO_BREAK
    :: atomic { gen == g && lease > 0 && lease < BREAKER && dead[lease - 1] -> lease = BREAKER };
mending:
        mend(p, c, h);
        if
        :: true -> DO(lease = 0)
        :: again > 0 -> DO(again--; goto mending)
        fi
#endif
#ifdef BREAK_LIVE
    :: atomic { gen == g && lease > 0 && breaks > 0 -> lease = 0; breaks-- }
#endif
    od;
killed:
    skip
}

inline handle(i) {
    assert(i > 0 && i != PAD && WRITER(i) < 2 && NUMBER(i) < MSGS(WRITER(i)));
    assert(!got[i - 1] || again);                                       /* twice only with the mark */
    assert(NUMBER(i) + 1 > last[WRITER(i)] || (again && NUMBER(i) + 1 == last[WRITER(i)]));  /* in order */
    last[WRITER(i)] = NUMBER(i) + 1;
    got[i - 1] = true
}

#define FIRST 1         /* of the wipe: the commit word at the head */
#define UNIT0 2         /* the rest of its unit */
#define UNIT1 4
#define UNIT2 8

#ifdef WIPE_ANY_ORDER
#define BEFORE_UNITS 0
#else
#define BEFORE_UNITS FIRST
#endif
#ifdef WIPE_BEHIND_HEAD
#define BEFORE_WIPE(x) x
#define BEHIND_WIPE(x)
#else
#define BEFORE_WIPE(x)
#define BEHIND_WIPE(x) x
#endif
#define WHEN(c, x) atomic { c -> if :: gen == g -> skip :: else -> goto killed fi; x }

/* Scanner.delete, Wipe.between */
inline delete() {
#ifdef NO_WIPE
    DO(head = cursor)
#else
    DO(from = head;
        if
        :: cursor > from -> left = (FIRST << (cursor - from + 1)) - 1
        :: else -> left = 0
        fi;
        BEFORE_WIPE(head = cursor));
    do
    :: WHEN(left & FIRST, word[AT(from)] = 0; left = left & ~FIRST)
    :: WHEN((left & UNIT0) && !(left & BEFORE_UNITS), body[AT(from)] = 0; left = left & ~UNIT0)
    :: WHEN((left & UNIT1) && !(left & BEFORE_UNITS),
        word[AT(from + 1)] = 0; body[AT(from + 1)] = 0; left = left & ~UNIT1)
    :: WHEN((left & UNIT2) && !(left & BEFORE_UNITS),
        word[AT(from + 2)] = 0; body[AT(from + 2)] = 0; left = left & ~UNIT2)
    :: WHEN(left == 0, BEHIND_WIPE(head = cursor); from = 0; break)
    od
#endif
}

proctype Scanner(byte g) {
    byte c, i, from, left;
    bool again;
    do
    :: atomic {
        (word[AT(cursor)] != 0 || gen != g);
        if :: gen != g -> goto killed :: else fi;
        c = word[AT(cursor)];
        assert(TAGGED(c, cursor))
    }
        if
        :: body[AT(cursor)] == PAD
        :: body[AT(cursor)] != PAD ->
#ifdef NO_ATTEMPT
            again = false;
#else
            DO(again = (attempt == cursor); attempt = cursor);
#endif
#ifdef EARLY_DELETE
            DO(head = cursor + SIZE(c));
#endif
            DO(i = body[AT(cursor)]; handle(i));
            DO(assert(body[AT(cursor)] == i);                           /* nobody writes what is being read */
                if :: SIZE(c) > 1 -> assert(body[AT(cursor + 1)] == i) :: else fi)
        fi;
        DO(cursor = cursor + SIZE(c); c = 0; i = 0; again = false);
        if
        :: true -> delete()
#ifdef NO_IDLE_DELETE
        :: skip
#else
        :: word[AT(cursor)] != 0        /* put off, while there is more to read */
#endif
        fi
    od;
killed:
    skip
}

/* Attach.repair; each store by itself, because it may be killed too */
#define KILL if :: gen < KILLS -> gen++; goto again :: true fi
inline attach() {
    lease = 0;
    p = (cursor > head -> cursor : head);
    cursor = p;
    KILL;
#ifndef NO_IDLE_DELETE
    head = p;
    KILL;
#endif
    cachedHead = head;
    KILL;
#ifndef NO_REPAIR
    do
    :: word[AT(p)] != 0 -> p = p + SIZE(word[AT(p)])
    :: else -> break
    od;
    tail = p;
    KILL;
#endif
#ifndef ATTACH_NO_WIPE
    do
    :: p < head + CAP -> word[AT(p)] = 0; body[AT(p)] = 0; p++; KILL
    :: else -> break
    od;
#endif
    atomic { p = 0; dead[0] = false; dead[1] = false }
}

init {
    byte p;
    atomic { run Writer(0, 0); run Writer(1, 0); run Scanner(0); run Breaker(0) }
    do
    :: gen < KILLS -> 
        atomic { gen++; ends = 0 }
again:
        (_nr_pr == 1);
        attach();
        atomic { run Writer(0, gen); run Writer(1, gen); run Scanner(gen); run Breaker(gen) }
    :: timeout -> break
    od;
    atomic {
        p = 0;
        do
        :: p < 16 -> assert(!sent[p] || got[p]); p++
        :: else -> break
        od;
#ifdef BATCH
        assert(!got[0] || got[1] || !sent[1]);
#endif
        assert((done[0] || dead[0]) && (done[1] || dead[1]));
        assert(tail <= cursor)
    }
}
