select 'bom' as name
