/*
 * Very much of one kind at once, counted by whoever makes it. Messages have 100 bytes; datagrams and connections go from
 * the address BIND to a sink at PEER PORT.
 *
 *   load sink BIND                         takes datagrams and connections, reads and answers nothing; prints "port N"
 *   load one udp|tcp BIND PEER PORT        one message
 *   load processes BIND PEER PORT          a line N: N processes, one message each, some at once; by turns a fork that sends
 *                                          a datagram, a program that does, and a program that connects; prints how many
 *                                          datagrams and how many connections these were
 *   load connections BIND PEER PORT        a line N: N connections, one message each, every other one reset at its end;
 *                                          prints how many there were
 *   load flows udp|tcp BIND PEER PORT      a line: a socket at each port of BIND that is free, all kept; another line: a
 *                                          message by each; prints how many there are
 *   load pids N TARGET BYSTANDER ADDRESS ADDRESS PEER PORT
 *                                          after a line, N times: TARGET as the process with the last pid before they begin
 *                                          anew, BYSTANDER with the next one, and the other way round; each sends a datagram
 *                                          from its address; prints how many times both had the same two pids
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_BYTES 100
#define AT_ONCE 16
#define LAST_PORT 65535

static const char message[MESSAGE_BYTES];

static int must(int result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
		exit(1);
	}
	return result;
}

static struct sockaddr_in address_of(const char *text, int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

	must(inet_pton(AF_INET, text, &address.sin_addr) - 1, text);
	return address;
}

static int bound(int type, const char *text, int port)
{
	struct sockaddr_in address = address_of(text, port);
	int on = 1, sock = must(socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket");

	if (port == 0)
		must(setsockopt(sock, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)), "IP_BIND_ADDRESS_NO_PORT");
	if (bind(sock, (struct sockaddr *)&address, sizeof(address))) {
		close(sock);
		return -1;
	}
	return sock;
}

static void send_by(int sock)
{
	if (must(send(sock, message, sizeof(message), MSG_NOSIGNAL), "send") != sizeof(message))
		exit(1);
}

static int connected(int type, char **bind_peer_port, int port)
{
	struct sockaddr_in peer = address_of(bind_peer_port[1], atoi(bind_peer_port[2]));
	int sock = bound(type, bind_peer_port[0], port);

	if (sock >= 0 && connect(sock, (struct sockaddr *)&peer, sizeof(peer))) {
		close(sock);
		return -1;
	}
	return sock;
}

static int type_of(const char *word)
{
	return strcmp(word, "tcp") ? SOCK_DGRAM : SOCK_STREAM;
}

static int one(const char *type, char **bind_peer_port)
{
	send_by(must(connected(type_of(type), bind_peer_port, 0), "connect"));
	return 0;
}

/* The next line's number; 0: the input is at its end. */
static long next_line(void)
{
	char line[64];

	if (!fgets(line, sizeof(line), stdin))
		return 0;
	return atol(line) > 0 ? atol(line) : 1;
}

static void take(int from)
{
	static char data[65536];

	if (read(from, data, sizeof(data)) <= 0)
		close(from);
}

/* In so many processes that none has more files than it may. */
static int shares(void)
{
	struct rlimit files;

	must(getrlimit(RLIMIT_NOFILE, &files), "getrlimit");
	files.rlim_cur = files.rlim_max;
	must(setrlimit(RLIMIT_NOFILE, &files), "setrlimit");
	return LAST_PORT / (files.rlim_cur - 64) + 1;
}

static int listening(const char *text, int port)
{
	struct sockaddr_in address = address_of(text, port);
	int on = 1, sock = must(socket(AF_INET, SOCK_STREAM, 0), "socket");

	must(setsockopt(sock, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)), "SO_REUSEPORT");
	must(bind(sock, (struct sockaddr *)&address, sizeof(address)), "bind");
	must(listen(sock, 4096), "listen");
	return sock;
}

static void watch(int events, int file)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = file};

	must(epoll_ctl(events, EPOLL_CTL_ADD, file, &event), "epoll_ctl");
}

/* Until the end of the input; datagrams are taken by one process, or the others would wait for those that it took. */
static int take_all(int listener, int datagrams)
{
	int events = must(epoll_create1(0), "epoll_create1");
	struct epoll_event ready[64];

	watch(events, 0);
	watch(events, listener);
	if (datagrams >= 0)
		watch(events, datagrams);
	for (;;) {
		int count = must(epoll_wait(events, ready, 64, -1), "epoll_wait");

		for (int i = 0; i < count; i++) {
			if (ready[i].data.fd == 0)
				return 0;
			if (ready[i].data.fd != listener) {
				take(ready[i].data.fd);
				continue;
			}
			watch(events, must(accept(listener, NULL, NULL), "accept"));
		}
	}
}

static int sink(const char *text)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	/* Connections are not shared out evenly. */
	int processes = 2 * shares(), listener = listening(text, 0), port, datagrams;

	must(getsockname(listener, (struct sockaddr *)&address, &length), "getsockname");
	port = ntohs(address.sin_port);
	datagrams = must(bound(SOCK_DGRAM, text, port), "bind");
	for (int i = 1; i < processes; i++) {
		int own = listening(text, port);

		if (must(fork(), "fork") == 0)
			return take_all(own, -1);
		close(own);
	}
	printf("port %d\n", port);
	fflush(stdout);
	return take_all(listener, datagrams);
}

static void child(int kind, char **bind_peer_port)
{
	const char *type = kind == 2 ? "tcp" : "udp";

	if (kind == 0)
		_exit(one(type, bind_peer_port));
	execl("/proc/self/exe", program_invocation_name, "one", type, bind_peer_port[0], bind_peer_port[1],
	      bind_peer_port[2], NULL);
	_exit(127);
}

static void wait_for_one(void)
{
	int status;

	must(wait(&status), "wait");
	if (status != 0) {
		fprintf(stderr, "load: a process ended with status %x\n", status);
		exit(1);
	}
}

static int processes(char **bind_peer_port)
{
	for (long count; (count = next_line()) > 0;) {
		long of_kind[3] = {0}, alive = 0;

		for (long i = 0; i < count; i++) {
			if (alive == AT_ONCE)
				wait_for_one();
			else
				alive++;
			if (must(fork(), "fork") == 0)
				child(i % 3, bind_peer_port);
			of_kind[i % 3]++;
		}
		for (; alive > 0; alive--)
			wait_for_one();
		printf("%ld %ld\n", of_kind[0] + of_kind[1], of_kind[2]);
		fflush(stdout);
	}
	return 0;
}

static int connections(char **bind_peer_port)
{
	struct linger reset = {.l_onoff = 1};

	for (long count; (count = next_line()) > 0;) {
		for (long i = 0; i < count; i++) {
			int sock = must(connected(SOCK_STREAM, bind_peer_port, 0), "connect");

			send_by(sock);
			if (i % 2)
				setsockopt(sock, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
			close(sock);
		}
		printf("%ld\n", count);
		fflush(stdout);
	}
	return 0;
}

/* Answers each request with the number of sockets; the first opens them. */
static int share_of_flows(int first, int step, int type, char **bind_peer_port, int requests)
{
	struct linger reset = {.l_onoff = 1};
	static int socks[LAST_PORT];
	int request, count = 0;

	if (read(requests, &request, sizeof(request)) <= 0)
		return 0;
	for (int port = first; port <= LAST_PORT; port += step) {
		int sock = connected(type, bind_peer_port, port);

		if (sock < 0)
			continue;
		/* In TIME_WAIT ports that were chosen would be nobody's on this host for a minute. */
		setsockopt(sock, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		socks[count++] = sock;
	}
	while (write(requests, &count, sizeof(count)) > 0 && read(requests, &request, sizeof(request)) > 0)
		for (int i = 0; i < count; i++)
			send_by(socks[i]);
	return 0;
}

static int flows(const char *type, char **bind_peer_port)
{
	int processes = shares(), requests[processes];

	for (int i = 0; i < processes; i++) {
		int pair[2];

		must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), "socketpair");
		if (must(fork(), "fork") == 0) {
			close(pair[0]);
			for (int other = 0; other < i; other++)
				close(requests[other]);
			return share_of_flows(i + 1, processes, type_of(type), bind_peer_port, pair[1]);
		}
		close(pair[1]);
		requests[i] = pair[0];
	}
	while (next_line()) {
		int sum = 0;

		for (int i = 0; i < processes; i++)
			must(write(requests[i], &sum, sizeof(sum)), "write");
		for (int i = 0; i < processes; i++) {
			int count;

			if (read(requests[i], &count, sizeof(count)) != sizeof(count))
				return 1;
			sum += count;
		}
		printf("%d\n", sum);
		fflush(stdout);
	}
	return 0;
}

static int last_pid(void)
{
	FILE *file = fopen("/proc/sys/kernel/pid_max", "r");
	int pid_max;

	if (!file || fscanf(file, "%d", &pid_max) != 1)
		must(-1, "pid_max");
	fclose(file);
	return pid_max - 1;
}

static void next_pid_will_be(int pid)
{
	FILE *file = fopen("/proc/sys/kernel/ns_last_pid", "w");

	if (!file || fprintf(file, "%d", pid - 1) < 0 || fclose(file))
		must(-1, "ns_last_pid");
}

/* In an instant no host gives out all its other pids. */
static void pass_the_others(void)
{
	struct timespec pause = {.tv_nsec = 100000000};

	nanosleep(&pause, NULL);
}

static int run_as(int pid, char *program, char *address, char **peer_port)
{
	int child, status;

	if (pid) {
		pass_the_others();
		next_pid_will_be(pid);
	}
	child = must(fork(), "fork");
	if (child == 0) {
		execl(program, program, "one", "udp", address, peer_port[0], peer_port[1], NULL);
		_exit(127);
	}
	must(waitpid(child, &status, 0), "waitpid");
	return status == 0 ? child : must(-1, program);
}

static int pids(long count, char **programs, char **addresses, char **peer_port)
{
	int last = last_pid(), same = 0;

	if (!next_line())
		return 0;
	for (long i = 0; i < count; i++) {
		int target = i % 2, bystander = !target;
		int first = run_as(last, programs[target], addresses[target], peer_port);
		int second = run_as(0, programs[bystander], addresses[bystander], peer_port);
		int third = run_as(last, programs[bystander], addresses[bystander], peer_port);
		int fourth = run_as(second, programs[target], addresses[target], peer_port);

		same += first == last && third == last && fourth == second && second < first;
	}
	printf("%d\n", same);
	fflush(stdout);
	next_line();
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "one") && argc == 6)
		return one(argv[2], argv + 3);
	if (!strcmp(what, "sink") && argc == 3)
		return sink(argv[2]);
	if (!strcmp(what, "processes") && argc == 5)
		return processes(argv + 2);
	if (!strcmp(what, "connections") && argc == 5)
		return connections(argv + 2);
	if (!strcmp(what, "flows") && argc == 6)
		return flows(argv[2], argv + 3);
	if (!strcmp(what, "pids") && argc == 9)
		return pids(atol(argv[2]), argv + 3, argv + 5, argv + 7);
	return 2;
}
