/**
 * How exactly packets are given to processes: recall and precision by class of traffic, judged by addresses that each
 * process has for itself, not by anything pidcap says.
 */
@NullMarked
package io.pidcap.it.accuracy;

import org.jspecify.annotations.NullMarked;
