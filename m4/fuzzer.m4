# --with-fuzzer links the fuzz targets with libFuzzer (clang); without it they replay their seed corpora in make check.
AC_DEFUN([FLOW_FUZZER], [
AC_ARG_WITH([fuzzer], [AS_HELP_STRING([--with-fuzzer], [link the fuzz targets with libFuzzer (needs clang)])],
	[flow_fuzzer=$withval], [flow_fuzzer=no])
AS_IF([test "x$flow_fuzzer" != xno], [
	FUZZER_CFLAGS="-fsanitize=fuzzer-no-link"
	FUZZER_LDFLAGS="-fsanitize=fuzzer"
	flow_saved=$CFLAGS
	CFLAGS="$CFLAGS -fsanitize=fuzzer-no-link"
	AC_MSG_CHECKING([whether $CC knows libFuzzer])
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])], [AC_MSG_RESULT([yes])],
	    [AC_MSG_RESULT([no]); AC_MSG_ERROR([--with-fuzzer needs clang])])
	CFLAGS=$flow_saved
])
AC_SUBST([FUZZER_CFLAGS])
AC_SUBST([FUZZER_LDFLAGS])
AM_CONDITIONAL([HAVE_FUZZER], [test "x$flow_fuzzer" != xno])
])
