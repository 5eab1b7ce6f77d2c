{{/* The secrets that are mounted, as a list of {name, secret}; each in /run/secrets/pgsidecar/NAME. */}}
{{- define "pgsidecar.mounted" -}}
{{- $mounted := list }}
{{- $of := dict
  "upstream-password" .Values.upstream.passwordSecret
  "upstream-root" .Values.upstream.rootCertificateSecret
  "upstream-client" .Values.upstream.clientCertificateSecret
  "client-tls" .Values.clientTls.certificateSecret
  "client-ca" .Values.clientTls.clientCaSecret
  "users" .Values.auth.usersFileSecret }}
{{- range $name := keys $of | sortAlpha }}
{{- $secret := get $of $name }}
{{- if $secret.name }}
{{- $mounted = append $mounted (dict "name" $name "secret" $secret.name) }}
{{- end }}
{{- end }}
{{- toYaml $mounted }}
{{- end }}

{{/* What pgsidecar.yaml says because of the other values. */}}
{{- define "pgsidecar.derivedConfig" -}}
{{- $at := "/run/secrets/pgsidecar" -}}
listen: {{ printf "%s:%d" (ternary "0.0.0.0" "127.0.0.1" .Values.standalone.enabled) (int .Values.port) | quote }}
admin:
  metrics_listen: {{ printf "0.0.0.0:%d" (int .Values.metricsPort) | quote }}
{{- $given := .Values.config.upstream | default dict }}
{{- with .Values.upstream }}
{{- $nowhere := not (or .urlSecret.name $given.url $given.address) }}
{{- if or $nowhere .passwordSecret.name }}
upstream:
  {{- if $nowhere }}
  address: pooler:6543
  {{- end }}
  {{- if .passwordSecret.name }}
  password_file: {{ $at }}/upstream-password/{{ .passwordSecret.key }}
  {{- end }}
{{- end }}
{{- if or .rootCertificateSecret.name .clientCertificateSecret.name }}
upstream_tls:
  {{- if .rootCertificateSecret.name }}
  mode: verify-full
  root_certificate: {{ $at }}/upstream-root/{{ .rootCertificateSecret.key }}
  {{- end }}
  {{- if .clientCertificateSecret.name }}
  certificate: {{ $at }}/upstream-client/tls.crt
  key: {{ $at }}/upstream-client/tls.key
  {{- end }}
{{- end }}
{{- end }}
{{- with .Values.clientTls }}
{{- if .certificateSecret.name }}
client_tls:
  mode: allow
  certificate: {{ $at }}/client-tls/tls.crt
  key: {{ $at }}/client-tls/tls.key
  {{- if .clientCaSecret.name }}
  client_ca: {{ $at }}/client-ca/{{ .clientCaSecret.key }}
  {{- end }}
{{- end }}
{{- end }}
{{- if .Values.auth.usersFileSecret.name }}
auth:
  mode: scram-sha-256
  users_file: {{ $at }}/users/{{ .Values.auth.usersFileSecret.key }}
{{- end }}
{{- end }}

{{- define "pgsidecar.config" -}}
{{- mergeOverwrite (include "pgsidecar.derivedConfig" . | fromYaml) (deepCopy .Values.config) | toYaml }}
{{- end }}
