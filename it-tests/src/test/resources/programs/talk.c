/*
 * talk RATE SECONDS BYTES: prints "bound"; after a line on standard input sends RATE datagrams a second to itself, for so
 * long, and prints how many these were; ends at the end of its input.
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
	struct sockaddr_in self = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timespec pause = {.tv_nsec = 200000};
	socklen_t length = sizeof(self);
	int sock = socket(AF_INET, SOCK_DGRAM, 0);
	double rate, seconds, begun, elapsed;
	long sent = 0;

	if (argc != 4 || sock < 0)
		return 1;
	if (bind(sock, (struct sockaddr *)&self, length) || getsockname(sock, (struct sockaddr *)&self, &length) ||
	    connect(sock, (struct sockaddr *)&self, length))
		return 2;
	rate = atof(argv[1]);
	seconds = atof(argv[2]);
	puts("bound");
	fflush(stdout);
	while (getchar() != '\n')
		;
	begun = now();
	while ((elapsed = now() - begun) < seconds) {
		if (sent >= elapsed * rate) {
			nanosleep(&pause, 0);
			continue;
		}
		for (int i = 0; i < 16 && sent < elapsed * rate; i++, sent++)
			if (send(sock, data, atoi(argv[3]), 0) < 0)
				return 3;
	}
	printf("%ld\n", sent);
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
