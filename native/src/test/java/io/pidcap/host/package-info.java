/** What tests of the ports share: contracts, fakes, and processes that make real traffic. */
@NullMarked
package io.pidcap.host;

import org.jspecify.annotations.NullMarked;
