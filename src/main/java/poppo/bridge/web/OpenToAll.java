package poppo.bridge.web;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What this stands on needs no token: it tells nothing about a project and changes nothing. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface OpenToAll {}
