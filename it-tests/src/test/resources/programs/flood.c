/*
 * flood ADDRESS COUNT BYTES RATE: after each line on standard input sends so many datagrams to itself, RATE a second or,
 * where that is 0, as fast as it can.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static char data[65000];
	struct sockaddr_in self = {.sin_family = AF_INET};
	socklen_t length = sizeof(self);
	int sock = socket(AF_INET, SOCK_DGRAM, 0);
	struct timespec pause = {0, 500000};
	double rate, begin;
	long count, i;

	if (argc != 5 || sock < 0)
		return 1;
	inet_pton(AF_INET, argv[1], &self.sin_addr);
	if (bind(sock, (struct sockaddr *)&self, length) || getsockname(sock, (struct sockaddr *)&self, &length) ||
	    connect(sock, (struct sockaddr *)&self, length))
		return 2;
	count = atol(argv[2]);
	rate = atof(argv[4]);
	puts("bound");
	fflush(stdout);
	while (getchar() != EOF) {
		begin = now();
		for (i = 0; i < count; i++) {
			while (rate > 0 && i > rate * (now() - begin))
				nanosleep(&pause, 0);
			if (send(sock, data, atoi(argv[3]), 0) < 0)
				return 3;
		}
		puts("sent");
		fflush(stdout);
	}
	return 0;
}
