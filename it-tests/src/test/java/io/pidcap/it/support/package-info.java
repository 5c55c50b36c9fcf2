/** What the suites share: real JVMs, real traffic, other tools as judges, and what a host must offer for a test. */
@NullMarked
package io.pidcap.it.support;

import org.jspecify.annotations.NullMarked;
