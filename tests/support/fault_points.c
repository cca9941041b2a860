/* Loaded into the gateway with LD_PRELOAD: lets it die, or its disk fill up, at a chosen effect.
 *
 * An effect is a call that others can see: a file made, written, synced, renamed or removed, something sent to a socket or
 * to gpg. While the file $FAULT_POINTS/armed exists, each is counted, and told in $FAULT_POINTS/steps as one line: what, and to
 * what; the count begins anew where that file is gone. $FAULT_POINTS/plan says what happens, as two words: "before N" and
 * "after N" kill the process (SIGKILL) around effect N, "full N" fails it and all that write to the disk behind it with ENOSPC,
 * and tells them in $FAULT_POINTS/failed; "full NAME" does so from the first effect on something whose path has NAME in it.
 * Without a plan nothing happens.
 *
 * "memory N" refuses the Nth request for 64 KiB or more; each such request is told in $FAULT_POINTS/allocations, with its thread.
 *
 * Threads that no mail waits for, and that work when they like, neither count nor die: a number means the same in each run. A
 * disk that is full is full for them too.
 *
 * $FAULT_POINTS/gpg, if it is a file that can be run, is started in the place of gpg.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum kind { TO_DISK, TO_OTHERS };

static const char *directory;
static pid_t gateway;
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static int count, first_named, large_requests;

__attribute__((constructor)) static void begin(void) {
    char program[64] = "";
    int comm = open("/proc/self/comm", O_RDONLY | O_CLOEXEC);
    if (comm < 0) return;
    if (read(comm, program, sizeof program - 1) > 0 && strncmp(program, "sealgate", 8) == 0) {
        directory = getenv("FAULT_POINTS");
        gateway = getpid();
    }
    close(comm);
}

static const char *inside(char *path, const char *name) {
    snprintf(path, PATH_MAX, "%s/%s", directory, name);
    return path;
}

static void tell(const char *to, const char *what, const char *which) {
    char path[PATH_MAX], line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%s %s\n", what, which);
    int file = (int)syscall(SYS_openat, AT_FDCWD, inside(path, to), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return;
    syscall(SYS_write, file, line, (size_t)length);
    syscall(SYS_close, file);
}

/* Whether this thread looks for changed certificates, or makes the index of the audit log (milter/base/thread_name.hpp). */
static int is_of_no_mail(void) {
    char thread[16] = "";
    pthread_getname_np(pthread_self(), thread, sizeof thread);
    return strcmp(thread, "reload") == 0 || strcmp(thread, "audit-index") == 0;
}

/* What the plan says of this effect: 'b' and 'a' to die before and after it, 'f' to fail, 0 for nothing. */
static char fate(const char *what, const char *which, enum kind kind) {
    char path[PATH_MAX], plan[96] = "", word[8] = "", where[64] = "";
    int number = 0;
    if (directory == NULL || getpid() != gateway || access(inside(path, "armed"), F_OK) != 0) return 0;
    pthread_mutex_lock(&one_at_a_time);
    if (access(inside(path, "steps"), F_OK) != 0) count = first_named = 0;
    int here = count;
    if (!is_of_no_mail()) {
        tell("steps", what, which);
        here = ++count;
    }
    int file = open(inside(path, "plan"), O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        if (read(file, plan, sizeof plan - 1) > 0 && sscanf(plan, "%7s %63s", word, where) == 2) number = atoi(where);
        close(file);
    }
    if (where[0] && number == 0) {
        if (first_named == 0 && strstr(which, where) != NULL) first_named = here;
        number = first_named;
    }
    pthread_mutex_unlock(&one_at_a_time);
    if (word[0] == 'f' && kind == TO_DISK && number > 0 && here >= number) {
        tell("failed", what, which);
        return 'f';
    }
    if (word[0] == 'f' || is_of_no_mail()) return 0;
    return here == number ? word[0] : 0;
}

/* Whether the plan refuses memory of that size. */
static int is_refused(size_t size) {
    static const size_t large = 1 << 16;
    char path[PATH_MAX], plan[96] = "", word[8] = "";
    int number = 0;
    if (size < large || directory == NULL || getpid() != gateway || access(inside(path, "armed"), F_OK) != 0) return 0;
    if (is_of_no_mail()) return 0;
    int file = (int)syscall(SYS_openat, AT_FDCWD, inside(path, "plan"), O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    if (read(file, plan, sizeof plan - 1) <= 0 || sscanf(plan, "%7s %d", word, &number) != 2) number = -1;
    syscall(SYS_close, file);
    if (strcmp(word, "memory") != 0) return 0;
    pthread_mutex_lock(&one_at_a_time);
    if (access(inside(path, "allocations"), F_OK) != 0) large_requests = 0;
    char thread[16] = "";
    pthread_getname_np(pthread_self(), thread, sizeof thread);
    tell("allocations", "for", thread);
    int here = ++large_requests;
    pthread_mutex_unlock(&one_at_a_time);
    if (here != number) return 0;
    tell("failed", "refused", "memory");
    return 1;
}

static void die(void) { kill(gateway, SIGKILL), pause(); }

/* What stands behind a descriptor: a path, or the peer of a socket. */
static const char *behind(int fd, char *name) {
    char link[64];
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, PATH_MAX - 1);
    name[length > 0 ? length : 0] = '\0';
    if (strncmp(name, "socket:", 7) == 0 && getpeername(fd, (struct sockaddr *)&peer, &size) == 0)
        strcpy(name, peer.ss_family == AF_UNIX ? "milter" : "submit");
    if (strncmp(name, "pipe:", 5) == 0) strcpy(name, "gpg");
    if (strncmp(name, "anon_inode:", 11) == 0) name[0] = '\0'; /* eventfd: nobody else sees it */
    return name;
}

#define AROUND(what, which, kind, call)                       \
    do {                                                      \
        const char *it = (which);                             \
        char what_happens = it[0] ? fate(what, it, kind) : 0; \
        if (what_happens == 'b') die();                       \
        if (what_happens == 'f') return errno = ENOSPC, -1;   \
        __typeof__(call) result = (call);                     \
        if (what_happens == 'a') die();                       \
        return result;                                        \
    } while (0)

static enum kind kind_of(const char *name) { return name[0] == '/' ? TO_DISK : TO_OTHERS; }

ssize_t write(int fd, const void *data, size_t size) {
    char name[PATH_MAX];
    int saved = errno;
    behind(fd, name);
    errno = saved;
    if (strcmp(name, "/dev/null") == 0 || strstr(name, "stderr.log")) name[0] = '\0';
    AROUND("write", name, kind_of(name), REAL(write)(fd, data, size));
}

ssize_t send(int fd, const void *data, size_t size, int flags) {
    char name[PATH_MAX];
    AROUND("send", behind(fd, name), TO_OTHERS, REAL(send)(fd, data, size, flags));
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    char name[PATH_MAX];
    AROUND("send", behind(fd, name), TO_OTHERS, REAL(sendmsg)(fd, message, flags));
}

int fsync(int fd) {
    char name[PATH_MAX];
    AROUND("sync", behind(fd, name), TO_DISK, REAL(fsync)(fd));
}

int syncfs(int fd) {
    char name[PATH_MAX];
    AROUND("sync all of", behind(fd, name), TO_DISK, REAL(syncfs)(fd));
}

int ftruncate(int fd, off_t size) {
    char name[PATH_MAX];
    AROUND("cut", behind(fd, name), TO_OTHERS, REAL(ftruncate)(fd, size));
}

int rename(const char *from, const char *to) { AROUND("rename to", to, TO_DISK, REAL(rename)(from, to)); }

int unlink(const char *path) { AROUND("remove", path, TO_OTHERS, REAL(unlink)(path)); }

int unlinkat(int at, const char *path, int flags) {
    AROUND("remove", path, TO_OTHERS, REAL(unlinkat)(at, path, flags));
}

int remove(const char *path) { AROUND("remove", path, TO_OTHERS, REAL(remove)(path)); }

int mkdir(const char *path, mode_t mode) { AROUND("make", path, TO_DISK, REAL(mkdir)(path, mode)); }

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const int makes = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
    mode_t mode = makes ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (!makes) return REAL(open)(path, flags);
    AROUND("make", path, TO_DISK, REAL(open)(path, flags, mode));
}

void *malloc(size_t size) {
    static void *(*real)(size_t);
    if (real == NULL) real = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
    if (is_refused(size)) return errno = ENOMEM, NULL;
    return real(size);
}

void *realloc(void *old, size_t size) {
    static void *(*real)(void *, size_t);
    if (real == NULL) real = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
    if (is_refused(size)) return errno = ENOMEM, NULL;
    return real(old, size);
}

int execv(const char *path, char *const arguments[]) {
    char instead[PATH_MAX];
    if (directory != NULL && strcmp(path, "/usr/bin/gpg") == 0 && access(inside(instead, "gpg"), X_OK) == 0)
        return REAL(execv)(instead, arguments);
    return REAL(execv)(path, arguments);
}
