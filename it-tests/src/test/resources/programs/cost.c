/*
 * What the cost of the exact source is measured by: the tightest traffic that a process can make, many sockets, many
 * connections, and records written straight into an event-worker's ring, faster than any traffic could.
 *
 *   cost udp COUNT              datagrams to itself; prints how many a second
 *   cost tcp COUNT              requests and answers over one connection; prints how many a second
 *   cost sockets PROCESSES EACH holds bound sockets; prints "ready", ends at the end of its input
 *   cost connect RATE SECONDS   connections to itself, RATE a second or, where that is 0, as fast as it can; prints how
 *                               many there were and the seconds they took
 *   cost hooks                  attaches programs that do nothing where a packet passes ours; prints "ready", ends at the
 *                               end of its input
 *   cost feed PID RATE COUNT    COUNT records into the ring of process PID, RATE a second or, where that is 0, as fast as
 *                               they are read; prints how many went in, how many found no room, and the seconds until
 *                               all were read
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/mount.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "flow_events.h"

static void fail(const char *what)
{
	fprintf(stderr, "cost: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int must(int result, const char *what)
{
	if (result < 0)
		fail(what);
	return result;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void pause_for(double seconds)
{
	struct timespec t = {(time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9)};

	nanosleep(&t, 0);
}

static int bound_to(in_addr_t host, int type, struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int fd = must(socket(AF_INET, type, 0), "socket");

	memset(address, 0, sizeof(*address));
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(host);
	must(bind(fd, (void *)address, length), "bind");
	must(getsockname(fd, (void *)address, &length), "getsockname");
	return fd;
}

static int bound(int type, struct sockaddr_in *address)
{
	return bound_to(INADDR_LOOPBACK, type, address);
}

/* Where the scheduler puts two processes makes more difference than what is measured here. */
static void stay_on_one_core(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(must(sched_getcpu(), "sched_getcpu"), &one);
	must(sched_setaffinity(0, sizeof(one), &one), "sched_setaffinity");
}

static void udp(long count)
{
	struct sockaddr_in a;
	char b[16] = {0};
	int to = bound(SOCK_DGRAM, &a), from = must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	double begin;

	stay_on_one_core();
	begin = now();
	for (long i = 0; i < count; i++)
		if (sendto(from, b, 16, 0, (void *)&a, sizeof(a)) != 16 || recv(to, b, 16, 0) != 16)
			fail("datagram");
	printf("%.0f\n", count / (now() - begin));
}

static void tcp(long count)
{
	struct sockaddr_in a;
	char b[16] = {0};
	int one = 1, listener = bound(SOCK_STREAM, &a), client = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	double begin;

	stay_on_one_core();
	must(listen(listener, 1), "listen");
	if (!must(fork(), "fork")) {
		close(client);
		int server = must(accept(listener, 0, 0), "accept");

		setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		while (read(server, b, 16) > 0 && write(server, b, 16) > 0)
			;
		_exit(0);
	}
	must(connect(client, (void *)&a, sizeof(a)), "connect");
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	begin = now();
	for (long i = 0; i < count; i++)
		if (write(client, b, 16) != 16 || read(client, b, 16) != 16)
			fail("request");
	printf("%.0f\n", count / (now() - begin));
}

static void hold(void)
{
	char b;

	puts("ready");
	fflush(stdout);
	while (read(0, &b, 1) > 0)
		;
}

static void sockets(int processes, int each)
{
	struct sockaddr_in a;
	int ready[2];
	char b;

	must(pipe(ready), "pipe");
	for (int i = 0; i < processes; i++) {
		if (must(fork(), "fork"))
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* One address has some 28,000 free ports. */
		for (int j = 0; j < each; j++)
			bound_to(INADDR_LOOPBACK + i, SOCK_DGRAM, &a);
		must(write(ready[1], "", 1), "write");
		for (;;)
			pause();
	}
	for (int i = 0; i < processes; i++)
		must(read(ready[0], &b, 1), "read");
	hold();
}

static void *accept_all(void *listener)
{
	for (;;)
		close(must(accept(*(int *)listener, 0, 0), "accept"));
	return 0;
}

/* Reset instead of closed: no TIME_WAIT is left, so that the ports last for any number. */
static void connect_many(double rate, double seconds)
{
	/* The acceptor still reads it when this has returned. */
	static int listener;
	struct linger reset = {1, 0};
	struct sockaddr_in a;
	pthread_t acceptor;
	long made = 0;
	double begin = now(), at;

	listener = bound(SOCK_STREAM, &a);
	must(listen(listener, 4096), "listen");
	pthread_create(&acceptor, 0, accept_all, &listener);
	while ((at = now() - begin) < seconds) {
		for (long due = rate > 0 ? rate * at - made : 64; due > 0; due--, made++) {
			int fd = must(socket(AF_INET, SOCK_STREAM, 0), "socket");

			must(connect(fd, (void *)&a, sizeof(a)), "connect");
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
			close(fd);
		}
		if (rate > 0)
			pause_for(0.001);
	}
	printf("%ld %.3f\n", made, now() - begin);
}

/* What the program that writes the records works with. */
struct feed {
	__u64 cookie;
	__u64 refused;
	struct pidcap_socket_record opened, released;
};

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(__NR_bpf, command, attr, sizeof(*attr));
}

/* The id of the ring among the descriptors of a process. */
static __u32 ring_of(int pid)
{
	char path[300], line[100];
	unsigned type, id, found = 0;
	struct dirent *entry;
	DIR *descriptors;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", pid);
	descriptors = opendir(path);
	if (!descriptors)
		fail(path);
	while (!found && (entry = readdir(descriptors))) {
		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", pid, entry->d_name);
		FILE *info = fopen(path, "r");

		type = 0;
		while (info && fgets(line, sizeof(line), info)) {
			sscanf(line, "map_type: %u", &type);
			if (sscanf(line, "map_id: %u", &id) == 1 && type == BPF_MAP_TYPE_RINGBUF)
				found = id;
		}
		if (info)
			fclose(info);
	}
	closedir(descriptors);
	if (!found) {
		fprintf(stderr, "cost: process %d has no ring\n", pid);
		exit(1);
	}
	return found;
}

static struct bpf_insn code[256];
static int length;

static void emit(__u8 op, __u8 dst, __u8 src, __s16 off, __s32 imm)
{
	code[length++] = (struct bpf_insn){.code = op, .dst_reg = dst, .src_reg = src, .off = off, .imm = imm};
}

#define LOAD64 (BPF_LDX | BPF_MEM | BPF_DW)
#define STORE64 (BPF_STX | BPF_MEM | BPF_DW)
#define MOVE (BPF_ALU64 | BPF_MOV | BPF_X)
#define SET (BPF_ALU64 | BPF_MOV | BPF_K)
#define ADD (BPF_ALU64 | BPF_ADD | BPF_K)
#define CALL (BPF_JMP | BPF_CALL)

static void emit_map(__u8 dst, int fd)
{
	emit(BPF_LD | BPF_DW | BPF_IMM, dst, BPF_PSEUDO_MAP_FD, 0, fd);
	emit(0, 0, 0, 0, 0);
}

/* A place for a record, left in R0; 0: there is none. Returns where to put the jump for that. */
static int emit_reserve(int ring)
{
	emit_map(BPF_REG_1, ring);
	emit(SET, BPF_REG_2, 0, 0, sizeof(struct pidcap_socket_record));
	emit(SET, BPF_REG_3, 0, 0, 0);
	emit(CALL, 0, 0, 0, BPF_FUNC_ringbuf_reserve);
	emit(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 0, 0);
	return length - 1;
}

static void emit_give(__u8 place, int function)
{
	emit(MOVE, BPF_REG_1, place, 0, 0);
	emit(SET, BPF_REG_2, 0, 0, 0);
	emit(CALL, 0, 0, 0, function);
}

/* The record at "template_at" with the cookie and the time. */
static void emit_record(__u8 place, int template_at)
{
	for (unsigned i = 0; i < sizeof(struct pidcap_socket_record); i += 8) {
		emit(LOAD64, BPF_REG_1, BPF_REG_6, template_at + i, 0);
		emit(STORE64, place, BPF_REG_1, i, 0);
	}
	emit(STORE64, place, BPF_REG_7, offsetof(struct pidcap_socket_record, cookie), 0);
	emit(BPF_STX | BPF_MEM | BPF_H, place, BPF_REG_7, offsetof(struct pidcap_socket_record, local_port), 0);
	emit(CALL, 0, 0, 0, BPF_FUNC_ktime_get_ns);
	emit(STORE64, place, BPF_REG_0, offsetof(struct pidcap_socket_record, time_ns), 0);
	emit_give(place, BPF_FUNC_ringbuf_submit);
}

static void emit_end(void)
{
	emit(SET, BPF_REG_0, 0, 0, 0);
	emit(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/*
 * A run of it writes two records or none: a socket is opened and released. As the real programs: a place, the time, the
 * record. R6 holds the feed, R7 the cookie, R8 and R9 the places.
 */
static int load_feeder(int ring, int feed)
{
	static char log[1 << 16];
	union bpf_attr attr = {0};
	int fd, no_first, no_second;

	emit(BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, -4, 0);
	emit(MOVE, BPF_REG_2, BPF_REG_10, 0, 0);
	emit(ADD, BPF_REG_2, 0, 0, -4);
	emit_map(BPF_REG_1, feed);
	emit(CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem);
	emit(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_0, 0, 2, 0);
	emit(SET, BPF_REG_0, 0, 0, 0);
	emit(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	emit(MOVE, BPF_REG_6, BPF_REG_0, 0, 0);
	emit(LOAD64, BPF_REG_7, BPF_REG_6, offsetof(struct feed, cookie), 0);
	emit(ADD, BPF_REG_7, 0, 0, 1);
	emit(STORE64, BPF_REG_6, BPF_REG_7, offsetof(struct feed, cookie), 0);
	no_first = emit_reserve(ring);
	emit(MOVE, BPF_REG_8, BPF_REG_0, 0, 0);
	no_second = emit_reserve(ring);
	emit(MOVE, BPF_REG_9, BPF_REG_0, 0, 0);
	emit_record(BPF_REG_8, offsetof(struct feed, opened));
	emit_record(BPF_REG_9, offsetof(struct feed, released));
	emit_end();
	code[no_second].off = length - no_second - 1;
	emit_give(BPF_REG_8, BPF_FUNC_ringbuf_discard);
	code[no_first].off = length - no_first - 1;
	emit(LOAD64, BPF_REG_1, BPF_REG_6, offsetof(struct feed, refused), 0);
	emit(ADD, BPF_REG_1, 0, 0, 2);
	emit(STORE64, BPF_REG_6, BPF_REG_1, offsetof(struct feed, refused), 0);
	emit_end();
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = length;
	attr.license = (uintptr_t) "GPL";
	attr.log_buf = (uintptr_t)log;
	attr.log_size = sizeof(log);
	attr.log_level = 1;
	fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		fprintf(stderr, "%s\n", log);
	return must(fd, "load the program that feeds");
}

static int load_empty(__u32 type, __u32 attach_type, int result)
{
	struct bpf_insn empty[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = result},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attr = {0};

	attr.prog_type = type;
	attr.expected_attach_type = attach_type;
	attr.insns = (uintptr_t)empty;
	attr.insn_cnt = sizeof(empty) / sizeof(empty[0]);
	attr.license = (uintptr_t) "GPL";
	return must(bpf(BPF_PROG_LOAD, &attr), "load an empty program");
}

/* The one cgroup2 hierarchy, wherever it is mounted. */
static int cgroup_root(void)
{
	int context = must(syscall(__NR_fsopen, "cgroup2", 0), "open cgroup2");

	must(syscall(__NR_fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0), "make cgroup2");
	return must(syscall(__NR_fsmount, context, 0, 0), "mount cgroup2");
}

/* Where packets and TCP's calls pass ours on a kernel that has all of it. They are gone when this process is. */
static void hooks(void)
{
	static const __u32 of_cgroup[] = {BPF_CGROUP_INET_INGRESS, BPF_CGROUP_INET_EGRESS};
	static const char *const tracepoints[] = {"tcp_rcv_space_adjust", "tcp_sendmsg_locked"};
	int root = cgroup_root();

	for (unsigned i = 0; i < sizeof(of_cgroup) / sizeof(of_cgroup[0]); i++) {
		union bpf_attr attr = {0};

		attr.link_create.prog_fd = load_empty(BPF_PROG_TYPE_CGROUP_SKB, of_cgroup[i], 1);
		attr.link_create.target_fd = root;
		attr.link_create.attach_type = of_cgroup[i];
		must(bpf(BPF_LINK_CREATE, &attr), "attach an empty program");
	}
	for (unsigned i = 0; i < sizeof(tracepoints) / sizeof(tracepoints[0]); i++) {
		union bpf_attr attr = {0};

		attr.raw_tracepoint.name = (uintptr_t)tracepoints[i];
		attr.raw_tracepoint.prog_fd = load_empty(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0);
		/* What the kernel does not have, ours is not attached to either. */
		if (bpf(BPF_RAW_TRACEPOINT_OPEN, &attr) < 0 && errno != ENOENT)
			fail(tracepoints[i]);
	}
	hold();
}

static void fill(struct feed *feed)
{
	struct pidcap_socket_record *r = &feed->opened;

	/* Far above the cookies that the kernel gives, and never the same twice. */
	feed->cookie = (1ULL << 56) + ((__u64)getpid() << 32);
	r->kind = PIDCAP_SOCKET_OPENED;
	r->tgid = getpid();
	r->uid = getuid();
	r->netns_cookie = 1;
	r->protocol = IPPROTO_UDP;
	r->state = PIDCAP_BOUND;
	memcpy(r->local_address, (__u8[16]){[10] = 0xff, 0xff, 127, 0, 0, 1}, 16);
	strcpy(r->comm, "cost");
	feed->released = feed->opened;
	feed->released.kind = PIDCAP_SOCKET_RELEASED;
}

static void feed(int pid, double rate, long count)
{
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	long page = sysconf(_SC_PAGESIZE), pairs = 0, most;
	union bpf_attr attr = {0};
	struct bpf_map_info info = {0};
	struct feed state = {0};
	volatile __u64 *consumer, *producer;
	char packet[64] = {0};
	__u32 key = 0;
	int ring, map, program;
	double begin;

	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	attr.map_id = ring_of(pid);
	ring = must(bpf(BPF_MAP_GET_FD_BY_ID, &attr), "open the ring");
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = ring;
	attr.info.info = (uintptr_t)&info;
	attr.info.info_len = sizeof(info);
	must(bpf(BPF_OBJ_GET_INFO_BY_FD, &attr), "ask the ring's size");
	consumer = mmap(0, page, PROT_READ, MAP_SHARED, ring, 0);
	producer = mmap(0, page, PROT_READ, MAP_SHARED, ring, page);
	if (consumer == MAP_FAILED || producer == MAP_FAILED)
		fail("map the ring");
	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = sizeof(key);
	attr.value_size = sizeof(state);
	attr.max_entries = 1;
	map = must(bpf(BPF_MAP_CREATE, &attr), "make a map");
	fill(&state);
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)&state;
	must(bpf(BPF_MAP_UPDATE_ELEM, &attr), "fill the map");
	program = load_feeder(ring, map);

	begin = now();
	while (2 * pairs < count) {
		/* Without a rate never more than half of the ring is waiting. */
		most = rate > 0 ? rate * (now() - begin) / 2 - pairs : *producer - *consumer < info.max_entries / 2 ? 512 : 0;
		if (most > count / 2 - pairs)
			most = count / 2 - pairs;
		if (most <= 0) {
			pause_for(0.0002);
			continue;
		}
		memset(&attr, 0, sizeof(attr));
		attr.test.prog_fd = program;
		attr.test.repeat = most;
		attr.test.data_in = (uintptr_t)packet;
		attr.test.data_size_in = sizeof(packet);
		must(bpf(BPF_PROG_TEST_RUN, &attr), "run the program that feeds");
		pairs += most;
	}
	while (*consumer != *producer)
		pause_for(0.0002);
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)&state;
	must(bpf(BPF_MAP_LOOKUP_ELEM, &attr), "read the map");
	printf("%ld %llu %.6f\n", 2 * pairs - (long)state.refused, state.refused, now() - begin);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "udp"))
		udp(atol(argv[2]));
	else if (argc == 3 && !strcmp(argv[1], "tcp"))
		tcp(atol(argv[2]));
	else if (argc == 4 && !strcmp(argv[1], "sockets"))
		sockets(atoi(argv[2]), atoi(argv[3]));
	else if (argc == 4 && !strcmp(argv[1], "connect"))
		connect_many(atof(argv[2]), atof(argv[3]));
	else if (argc == 2 && !strcmp(argv[1], "hooks"))
		hooks();
	else if (argc == 5 && !strcmp(argv[1], "feed"))
		feed(atoi(argv[2]), atof(argv[3]), atol(argv[4]));
	else
		return 2;
	return 0;
}
