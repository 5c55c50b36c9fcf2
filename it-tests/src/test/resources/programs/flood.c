/* flood ADDRESS COUNT BYTES: after a line on standard input sends so many datagrams to itself, as fast as it can. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char data[65000];
	struct sockaddr_in self = {.sin_family = AF_INET};
	socklen_t length = sizeof(self);
	int sock = socket(AF_INET, SOCK_DGRAM, 0);
	long count, i;

	if (argc != 4 || sock < 0)
		return 1;
	inet_pton(AF_INET, argv[1], &self.sin_addr);
	if (bind(sock, (struct sockaddr *)&self, length) || getsockname(sock, (struct sockaddr *)&self, &length) ||
	    connect(sock, (struct sockaddr *)&self, length))
		return 2;
	count = atol(argv[2]);
	puts("bound");
	fflush(stdout);
	while (getchar() != '\n')
		;
	for (i = 0; i < count; i++)
		if (send(sock, data, atoi(argv[3]), 0) < 0)
			return 3;
	puts("sent");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
