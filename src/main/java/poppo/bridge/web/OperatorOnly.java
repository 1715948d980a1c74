package poppo.bridge.web;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Where there are tokens, what this stands on needs an operator's. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface OperatorOnly {}
