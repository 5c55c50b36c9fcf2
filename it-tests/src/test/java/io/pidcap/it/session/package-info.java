/** The command line with both workers on real traffic, judged by tshark. */
@NullMarked
package io.pidcap.it.session;

import org.jspecify.annotations.NullMarked;
