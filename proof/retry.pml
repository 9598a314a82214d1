/*
 * What happens to a message whose handler fails: it is set aside in the retry queue of its sender, the
 * cursor moves on, later messages of that sender go behind it, and after LIMIT offers it becomes a
 * dead letter. Two senders, kill -9 between any two stores.
 *
 * Ring and store are sequences; a sender writes while the ring has room and it is not held back. The
 * handler for messages of sender 0 may fail, that for messages of sender 1 fails as often as `faults`
 * allows. `lettersFree` is the room of the dead-letter store, QUEUE that of a retry queue.
 */
#ifndef KILLS
#define KILLS 0
#endif
#ifndef LETTERS
#define LETTERS 1
#endif
#ifndef MSGS0
#define MSGS0 3
#endif
#ifndef MSGS1
#define MSGS1 2
#endif
#define MSGS (MSGS0 + MSGS1)
#define LIMIT 2
#define RING 2                  /* records of the ring */
#define QUEUE 3                 /* records of a retry queue */
#define QUEUED(s) (tailOf[s] - headOf[s])
#define FIRST(s) queue[(s) * 8 + headOf[s]]
#define NONE 255

byte source[MSGS], number[MSGS];        /* of the record at each position */
byte end, cursor;
byte attemptAt = NONE, attempt;         /* the control area's word: position, times */
byte queue[16], headOf[2], tailOf[2];
byte lastAside[2] = NONE;
byte queueAttemptAt[2] = NONE, queueAttempt[2];
bool letter[MSGS];
byte lettersFree = LETTERS;
byte faults = 1;                        /* of the handler for sender 1 */

byte gen;
byte written[2], offers[MSGS];
bool handled[MSGS];
byte nextOf[2];                         /* number of the first message of a sender not yet done with */

#define DO(x) atomic { if :: gen == g -> skip :: else -> goto killed fi; x }

#ifdef NO_HOLD
#define HELD(s) false
#else
/* all that lies in the ring must fit behind what is set aside */
#define HELD(s) (QUEUED(s) + (end - cursor) >= QUEUE)
#endif

proctype Writer(byte s; byte g) {
    do
    :: written[s] == (s == 0 -> MSGS0 : MSGS1) -> break
    :: else ->
        atomic {
            (gen != g || (end - cursor < RING && !HELD(s)));
            if :: gen != g -> goto killed :: else fi;
            source[end] = s; number[end] = written[s]; written[s]++; end++
        }
    od;
killed:
    skip
}

/* one offer of the record at p to its handler, as the n-th */
inline offer(p, n) {
    DO(
        assert(offers[p] == 0 || n > 1);                                /* again only with the mark */
        assert(number[p] == nextOf[source[p]] || handled[p]);           /* in order: all before it are done with */
        assert(!letter[p]);
        offers[p]++;
        if
        :: source[p] == 0 -> ok = false
        :: source[p] == 0 -> ok = true
        :: source[p] == 1 -> ok = true
        :: source[p] == 1 && faults > 0 -> faults--; ok = false
        fi;
        if
        :: ok -> handled[p] = true; if :: number[p] == nextOf[source[p]] -> nextOf[source[p]]++ :: else fi
        :: else
        fi
    )
}

inline append(p, s) {
    DO(queue[s * 8 + tailOf[s]] = p; lastAside[s] = p; tailOf[s]++)
}

/* a first record that has had all its offers and finds no room among the dead letters */
#ifdef WAIT_FOR_LETTERS
#define STUCK(s) false
#else
#define STUCK(s) (queueAttemptAt[s] == FIRST(s) && queueAttempt[s] >= LIMIT && lettersFree == 0 && !letter[FIRST(s)])
#endif

proctype Scanner(byte g) {
    byte p, s, n;
    bool ok;
next:
    DO(p = 0; s = 0; n = 0; ok = false);
    if
    :: atomic { gen == g && cursor < end &&
            (QUEUED(source[cursor]) < QUEUE || lastAside[source[cursor]] == cursor) ->
            p = cursor; s = source[p]; goto fresh }
    :: atomic { gen == g && QUEUED(0) > 0 && !STUCK(0) -> s = 0; p = FIRST(0) }
    :: atomic { gen == g && QUEUED(1) > 0 && !STUCK(1) -> s = 1; p = FIRST(1) }
    :: gen != g -> goto killed
    fi;

    /* the first record that was set aside */
#ifdef UNKEYED_ATTEMPT
    DO(n = queueAttempt[s]);
#else
    DO(n = (queueAttemptAt[s] == p -> queueAttempt[s] : 0));
#endif
    if
    :: n < LIMIT ->
        n++;
#ifndef NO_ATTEMPT
        DO(queueAttemptAt[s] = p; queueAttempt[s] = n);
#endif
        offer(p, n);
        if :: ok :: !ok -> goto next fi
    :: else ->
        if
        :: letter[p]
        :: !letter[p] && lettersFree > 0 ->
#ifdef REMOVE_FIRST
            DO(headOf[s]++);
#endif
            DO(assert(offers[p] + gen >= LIMIT);        /* a kill may cut an offer short */
                letter[p] = true; lettersFree--;
                if :: number[p] == nextOf[s] -> nextOf[s]++ :: else fi);
#ifdef REMOVE_FIRST
            goto next
#endif
        :: !letter[p] && lettersFree == 0 ->
#ifdef WAIT_FOR_LETTERS
            (lettersFree > 0 || gen != g);
#endif
            goto next
        fi
    fi;
    DO(headOf[s]++;
#ifdef FORGET
        if :: QUEUED(s) == 0 -> lastAside[s] = NONE :: else fi;
#endif
        skip);
#ifdef UNKEYED_ATTEMPT
    DO(queueAttempt[s] = 0);
#endif
    goto next;

fresh:
    if
#ifndef NO_LAST_ASIDE
    :: lastAside[s] == p -> goto mark
#endif
#ifndef NO_BEHIND
    :: lastAside[s] != p && QUEUED(s) > 0 -> append(p, s); goto mark
#endif
    :: else
    fi;
    DO(n = (attemptAt == p -> attempt + 1 : 1));
    if
    :: n <= LIMIT ->
#ifndef NO_ATTEMPT
        DO(attemptAt = p; attempt = n);
#endif
        offer(p, n)
    :: else -> n = LIMIT
    fi;
    if
    :: ok
    :: !ok ->
#ifdef CURSOR_FIRST
        DO(cursor = p + 1);
#endif
#ifndef ATTEMPT_AFTER
        DO(queueAttemptAt[s] = p; queueAttempt[s] = n);
#endif
        append(p, s)
#ifdef ATTEMPT_AFTER
        ; DO(queueAttemptAt[s] = p; queueAttempt[s] = n)
#endif
    fi;
mark:
    DO(cursor = p + 1; goto next);
killed:
    skip
}

init {
    byte p, left[2];
    atomic { run Writer(0, 0); run Writer(1, 0); run Scanner(0) }
    do
    :: gen < KILLS ->
        gen++;
        (_nr_pr == 1);
        atomic { run Writer(0, gen); run Writer(1, gen); run Scanner(gen) }
    :: timeout -> break
    od;
    atomic {
        p = 0;
        do
        :: p < end ->
            if
            :: handled[p] || letter[p]
            :: else ->
                left[source[p]]++;
                /* kept, because there is no room for one more letter: in the queue or still in the ring */
                assert(lettersFree == 0);
                assert(p >= cursor ||
                    (queue[source[p] * 8 + headOf[source[p]]] <= p && QUEUED(source[p]) > 0))
            fi;
            p++
        :: else -> break
        od;
        /* who is not held back has been read to its end */
        assert(QUEUED(1) > 0 || (written[1] == MSGS1 && left[1] == 0));
        assert(QUEUED(0) > 0 || (written[0] == MSGS0 && left[0] == 0))
    }
}
